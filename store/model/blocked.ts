/**
 * Which beads are blocked, kept up to date by looking only at what a change can reach.
 * A bead is blocked when it needs an existing bead that is not satisfied, when its parent is blocked, or when the
 * children that it waits for are not done. Time plays no part here: deferral is looked at when asked.
 */

/** What counts of a bead. */
export interface BlockNode {
  /** It no longer blocks those that need it. */
  readonly satisfied: boolean;
  /** Work on it has ended. */
  readonly done: boolean;
  readonly parent: string | undefined;
}

/** An outgoing edge that may block: `blocks`, `conditional-blocks` or `waits-for`. */
export interface Need {
  readonly target: string;
  readonly type: string;
  readonly metadata: string | undefined;
}

/** The beads and edges among which blocking is computed. */
export interface BlockGraph {
  /** Undefined when there is no such bead here. */
  node(id: string): BlockNode | undefined;
  needs(id: string): readonly Need[];
  /** Beads with a `blocks` or `conditional-blocks` edge to this one. */
  neededBy(id: string): readonly string[];
  /** Beads that wait for the children of this one. */
  waitersFor(spawner: string): readonly string[];
  children(id: string): readonly string[];
  /** As last computed. */
  isBlocked(id: string): boolean;
}

/** Why a bead is blocked, in the words of `bd blocked`: ids of the beads to be done first. */
export function blockersOf(graph: BlockGraph, id: string): string[] {
  const blockers = new Set<string>();
  for (const need of graph.needs(id)) {
    for (const blocker of openFor(graph, need)) blockers.add(blocker);
  }
  const parent = graph.node(id)?.parent;
  if (parent !== undefined && graph.isBlocked(parent)) blockers.add(parent);
  return [...blockers];
}

/** The bead whose children a `waits-for` edge waits for. */
export function spawnerOf(need: Need): string {
  return waitGate(need).spawner;
}

/** Beads whose blocked state is another than last computed, after changes near the given ones. */
export function recomputeBlocked(graph: BlockGraph, seeds: Iterable<string>): Map<string, boolean> {
  const changed = new Map<string, boolean>();
  const queue = [...new Set(seeds)];
  const current = (id: string) => changed.get(id) ?? graph.isBlocked(id);
  // Of a bead that many children ask for; what it needs does not depend on what is computed here.
  const known = new Map<string, boolean>();
  const needsMore = (id: string): boolean => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const unmet = graph.needs(id).some(need => isUnmet(graph, need));
    known.set(id, unmet);
    return unmet;
  };
  // What a parent hands down must come from somewhere: parents that stand in a ring, which two machines can make together,
  // must not hold each other blocked for good.
  const blockedAbove = (start: string): boolean => {
    if (graph.node(start) === undefined || !current(start)) return false;
    const seen = new Set<string>();
    for (let at: string | undefined = start; at !== undefined && !seen.has(at); ) {
      if (graph.node(at) === undefined) return false;
      if (needsMore(at)) return true;
      seen.add(at);
      at = graph.node(at)?.parent;
    }
    return false;
  };
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const node = graph.node(id);
    const blocked =
      node !== undefined && (needsMore(id) || (node.parent !== undefined && blockedAbove(node.parent)));
    if (blocked === current(id)) continue;
    changed.set(id, blocked);
    queue.push(...graph.children(id));
  }
  return changed;
}

/** Beads whose blocked state a change of this one can touch directly. */
export function seedsOf(graph: BlockGraph, id: string, parents: readonly (string | undefined)[]): string[] {
  const seeds = [id, ...graph.neededBy(id), ...graph.children(id), ...graph.waitersFor(id)];
  for (const parent of parents) if (parent !== undefined) seeds.push(...graph.waitersFor(parent));
  return seeds;
}

function isUnmet(graph: BlockGraph, need: Need): boolean {
  if (need.type !== "waits-for") return graph.node(need.target)?.satisfied === false;
  const gate = waitGate(need);
  const children = graph.children(gate.spawner);
  if (gate.any)
    return graph.node(gate.spawner) !== undefined && !children.some(child => isSatisfied(graph, child));
  return children.some(child => graph.node(child)?.done === false);
}

function openFor(graph: BlockGraph, need: Need): string[] {
  if (!isUnmet(graph, need)) return [];
  if (need.type !== "waits-for") return [need.target];
  const { spawner } = waitGate(need);
  const open = graph.children(spawner).filter(child => graph.node(child)?.done === false);
  return open.length > 0 ? open : [spawner];
}

function isSatisfied(graph: BlockGraph, id: string): boolean {
  return graph.node(id)?.satisfied === true;
}

function waitGate(need: Need): { readonly any: boolean; readonly spawner: string } {
  const fallback = { any: false, spawner: need.target };
  if (need.metadata === undefined || need.metadata === "") return fallback;
  try {
    const value: unknown = JSON.parse(need.metadata);
    if (typeof value !== "object" || value === null) return fallback;
    const spawner = "spawner_id" in value && typeof value.spawner_id === "string" ? value.spawner_id : "";
    return { any: "gate" in value && value.gate === "any-children", spawner: spawner || need.target };
  } catch {
    return fallback; // Metadata is free text of whoever made the edge.
  }
}
