/** Swarms: the work under an epic, in the waves that its dependencies allow. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { Backend } from "./backend.ts";
import { edgesOfBead } from "./bead-edges.ts";
import type { BdContext } from "./context.ts";
import { findCycles } from "./cycles.ts";
import { requireBead } from "./ids.ts";
import { parentOf } from "./issue-json.ts";

const ORDERING = ["blocks", "conditional-blocks"];

/** An epic with its children. */
export interface Work {
  readonly epic: Bead;
  readonly children: readonly Bead[];
}

/** The analysis of an epic, as `swarm validate` prints it. */
export interface Analysis {
  readonly epic_id: string;
  readonly epic_title: string;
  readonly total_issues: number;
  readonly closed_issues: number;
  readonly ready_fronts: readonly { readonly wave: number; readonly issues: readonly string[] }[];
  readonly max_parallelism: number;
  readonly estimated_sessions: number;
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
  readonly swarmable: boolean;
}

/** The epic for a word: itself, or the one that a swarm molecule is linked to. @throws {AppError} not_found, invalid_argument */
export async function workOf(word: string, ctx: BdContext): Promise<Work> {
  const bead = await requireBead(ctx, word);
  const backend = await ctx.backend();
  const epic = bead.mol_type === "swarm" ? await linkedEpic(bead, backend) : bead;
  if (epic.issue_type !== "epic" && epic.issue_type !== "molecule") {
    throw new AppError(
      "invalid_argument",
      `'${epic.id}' is not an epic or molecule (type: ${epic.issue_type})`,
    );
  }
  return { epic, children: await backend.issues({ parent: epic.id }) };
}

async function linkedEpic(swarm: Bead, backend: Backend): Promise<Bead> {
  const edge = swarm.dependencies?.find(e => e.type === "relates-to");
  const epic = edge === undefined ? undefined : await backend.get(edge.depends_on_id);
  if (epic === undefined) throw new AppError("not_found", `swarm ${swarm.id} is linked to no epic`);
  return epic;
}

/** Waves, width and what speaks against swarming it. */
export function analyse({ epic, children }: Work): Analysis {
  const open = children.filter(child => child.status !== "closed");
  const ids = new Set(open.map(child => child.id));
  const needs = new Map(open.map(child => [child.id, orderingTargets(child).filter(id => ids.has(id))]));
  const needed = new Set([...needs.values()].flat());
  const errors = findCycles(open.flatMap(edgesOfBead)).map(cycle => `Dependency cycle: ${cycle.join(" → ")}`);
  const warnings: string[] = [];
  for (const child of open) {
    for (const target of orderingTargets(child)) {
      if (target === epic.id) warnings.push(`${child.id} depends on its own epic`);
      else if (!children.some(other => other.id === target))
        warnings.push(`${child.id} depends on ${target}, which is outside the epic`);
    }
    if (open.length > 1 && !needed.has(child.id) && needs.get(child.id)?.length === 0) {
      warnings.push(`${child.id} is linked to no other issue of the epic: is a dependency missing?`);
    }
  }
  if (children.length === 0) warnings.push("Epic has no children");
  const fronts = waves(open, needs);
  return {
    epic_id: epic.id,
    epic_title: epic.title,
    total_issues: children.length,
    closed_issues: children.length - open.length,
    ready_fronts: fronts.map((front, wave) => ({ wave, issues: front })),
    max_parallelism: Math.max(0, ...fronts.map(front => front.length)),
    estimated_sessions: open.length,
    warnings,
    errors,
    swarmable: errors.length === 0,
  };
}

/** Where the children stand. */
export async function progressOf({ epic, children }: Work, backend: Backend) {
  const ready = new Set((await backend.ready({ under: epic.id, limit: 0 })).map(bead => bead.id));
  const blockedBy = new Map((await backend.blocked()).map(({ bead, blockedBy: by }) => [bead.id, by]));
  const row = (bead: Bead) => ({
    id: bead.id,
    title: bead.title,
    ...(bead.assignee === undefined ? {} : { assignee: bead.assignee }),
    ...(bead.closed_at === undefined ? {} : { closed_at: bead.closed_at }),
    ...(blockedBy.get(bead.id) === undefined ? {} : { blocked_by: blockedBy.get(bead.id) }),
  });
  const completed = children.filter(child => child.status === "closed");
  const active = children.filter(child => ["in_progress", "hooked", "in_review"].includes(child.status));
  const rest = children.filter(child => !completed.includes(child) && !active.includes(child));
  return {
    completed: completed.map(row),
    active: active.map(row),
    ready: rest.filter(child => ready.has(child.id)).map(row),
    blocked: rest.filter(child => !ready.has(child.id)).map(row),
    percent: children.length === 0 ? 0 : (completed.length * 100) / children.length,
  };
}

/** The swarm molecules, each with the id of its epic. */
export async function swarms(
  backend: Backend,
): Promise<{ readonly swarm: Bead; readonly epicId: string | undefined }[]> {
  const found = await backend.issues({ molType: "swarm", excludeStatus: ["closed"] });
  return found.map(swarm => ({
    swarm,
    epicId: swarm.dependencies?.find(e => e.type === "relates-to")?.depends_on_id ?? parentOf(swarm),
  }));
}

function orderingTargets(bead: Bead): string[] {
  return (bead.dependencies ?? [])
    .filter(edge => ORDERING.includes(edge.type))
    .map(edge => edge.depends_on_id);
}

function waves(open: readonly Bead[], needs: ReadonlyMap<string, readonly string[]>): string[][] {
  const left = new Set(open.map(bead => bead.id));
  const fronts: string[][] = [];
  while (left.size > 0) {
    const front = [...left].filter(id => !(needs.get(id) ?? []).some(target => left.has(target)));
    if (front.length === 0) break;
    fronts.push(front);
    for (const id of front) left.delete(id);
  }
  return fronts;
}
