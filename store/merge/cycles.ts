/**
 * Cycles of blocking edges that neither side had: all edges stay, and the youngest `blocks` edge of the cycle becomes
 * `related`, so that work goes on; the caller reports it.
 */

import type { Stamp } from "../schema/bead.ts";
import { withClock } from "./content.ts";
import { edgeClockKey, targetOf } from "./dependencies.ts";
import { listOf } from "./elements.ts";
import { compareText, type Fields, isFields } from "./json.ts";
import { compareStamps, epochMs, readClock, stampAfter, stampOfInstant } from "./stamp.ts";

const BLOCKING = ["blocks", "conditional-blocks"];

/** An edge that stopped blocking. */
export interface Unblocked {
  readonly id: string;
  readonly depends_on_id: string;
}

/** What the search works on. */
export interface MergedBeads {
  /** Beads that differ between the sides, as merged; new versions are written back. */
  readonly merged: Map<string, Fields>;
  /** A bead that is the same on both sides. */
  unchanged(id: string): Promise<Fields | undefined>;
  /** The versions before the merge. */
  before(id: string): { readonly ours: Fields | undefined; readonly theirs: Fields | undefined };
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly created: number;
  readonly stamp: Stamp | undefined;
  /** True when a side did not have it. */
  readonly newToOurs: boolean;
  readonly newToTheirs: boolean;
}

/** Breaks the new cycles, and answers what it changed, in the order of ids. */
export async function breakCycles(beads: MergedBeads): Promise<Unblocked[]> {
  const edges = new Map<string, Edge[]>();
  const seeds: string[] = [];
  for (const [id, bead] of beads.merged) {
    const own = edgesOf(id, bead, beads);
    edges.set(id, own);
    if (own.some(edge => edge.newToOurs || edge.newToTheirs)) seeds.push(id);
  }
  const fresh = seeds.flatMap(id => edges.get(id) ?? []);
  // A cycle that neither side had needs an edge that only ours had, and one that only theirs had.
  if (!fresh.some(edge => edge.newToOurs) || !fresh.some(edge => edge.newToTheirs)) return [];
  await collect(seeds, edges, beads);
  const broken: Unblocked[] = [];
  for (const seed of seeds.sort()) {
    for (let edge = youngestInCycle(seed, edges); edge !== undefined; edge = youngestInCycle(seed, edges)) {
      const { from, to } = edge;
      const bead = beads.merged.get(from) ?? (await beads.unchanged(from));
      if (bead !== undefined) beads.merged.set(from, unblock(bead, to));
      edges.set(
        from,
        (edges.get(from) ?? []).filter(other => other.to !== to),
      );
      broken.push({ id: from, depends_on_id: to });
    }
  }
  return broken.sort((a, b) => compareText(a.id, b.id) || compareText(a.depends_on_id, b.depends_on_id));
}

/** Reads all beads that can be reached over blocking edges. */
async function collect(
  seeds: readonly string[],
  edges: Map<string, Edge[]>,
  beads: MergedBeads,
): Promise<void> {
  const queue = [...seeds];
  const seen = new Set(queue);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    let own = edges.get(id);
    if (own === undefined) {
      const bead = await beads.unchanged(id);
      own = bead === undefined ? [] : edgesOf(id, bead, undefined);
      edges.set(id, own);
    }
    for (const { to } of own) {
      if (seen.has(to)) continue;
      seen.add(to);
      queue.push(to);
    }
  }
}

/** The youngest edge among the beads that are in a new cycle with this one. */
function youngestInCycle(seed: string, edges: ReadonlyMap<string, readonly Edge[]>): Edge | undefined {
  const forward = reach(seed, id => (edges.get(id) ?? []).map(edge => edge.to));
  const sources = new Map<string, string[]>();
  for (const id of forward) {
    for (const { to } of edges.get(id) ?? []) {
      const known = sources.get(to);
      if (known === undefined) sources.set(to, [id]);
      else known.push(id);
    }
  }
  const backward = reach(seed, id => sources.get(id) ?? []);
  const inside = [...forward]
    .filter(id => backward.has(id))
    .flatMap(id => edges.get(id) ?? [])
    .filter(edge => forward.has(edge.to) && backward.has(edge.to));
  if (!inside.some(edge => edge.newToOurs) || !inside.some(edge => edge.newToTheirs)) return undefined;
  return inside.sort(
    (a, b) =>
      b.created - a.created ||
      compareStamps(b.stamp, a.stamp) ||
      compareText(b.from, a.from) ||
      compareText(b.to, a.to),
  )[0];
}

function reach(seed: string, next: (id: string) => readonly string[]): Set<string> {
  const found = new Set([seed]);
  const queue = [seed];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const other of next(id)) {
      if (found.has(other)) continue;
      found.add(other);
      queue.push(other);
    }
  }
  return found;
}

function edgesOf(id: string, bead: Fields, beads: MergedBeads | undefined): Edge[] {
  const before = beads?.before(id);
  const clock = readClock(bead._clock);
  return blockingEdges(bead).map(edge => {
    const to = targetOf(edge);
    return {
      from: id,
      to,
      created: epochMs(edge.created_at),
      stamp: clock?.get(edgeClockKey(to)),
      newToOurs: before !== undefined && !blocks(before.ours, to),
      newToTheirs: before !== undefined && !blocks(before.theirs, to),
    };
  });
}

function blocks(bead: Fields | undefined, target: string): boolean {
  return bead !== undefined && blockingEdges(bead).some(edge => targetOf(edge) === target);
}

function blockingEdges(bead: Fields): readonly Fields[] {
  return listOf(bead.dependencies)
    .filter(isFields)
    .filter(edge => typeof edge.type === "string" && BLOCKING.includes(edge.type));
}

function unblock(bead: Fields, target: string): Fields {
  const clock = new Map(readClock(bead._clock) ?? []);
  const key = edgeClockKey(target);
  const edges = listOf(bead.dependencies).map(edge => {
    if (!isFields(edge) || targetOf(edge) !== target || !BLOCKING.includes(String(edge.type))) return edge;
    const old = clock.get(key) ?? clock.get("created_at") ?? stampOfInstant(bead.created_at);
    clock.set(key, stampAfter(old));
    return { ...edge, type: "related" };
  });
  return withClock({ ...bead, dependencies: edges }, clock);
}
