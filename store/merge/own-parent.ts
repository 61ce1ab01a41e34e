/** A bead that one side put under a parent while the other linked it to the same bead: only the parent edge stays. */
import { withClock } from "./content.ts";
import { edgeClockKey, targetOf } from "./dependencies.ts";
import { listOf } from "./elements.ts";
import { type Fields, isFields } from "./json.ts";
import { readClock, stampOfInstant } from "./stamp.ts";

/** Id of a bead's parent; empty when it has none. */
export function parentOf(bead: Fields): string {
  const edge = listOf(bead.dependencies).find(isParentEdge);
  return edge === undefined ? "" : targetOf(edge);
}

/**
 * The bead without other edges to its own parent; the same object when it has none.
 * Between two beads there is one edge, and a child can not wait for its parent.
 */
export function dropEdgesToParent(bead: Fields): Fields {
  const edges = listOf(bead.dependencies);
  const parent = edges.find(isParentEdge);
  if (parent === undefined) return bead;
  const kept = edges.filter(edge => edge === parent || targetOf(edge) !== targetOf(parent));
  if (kept.length === edges.length) return bead;
  const clock = new Map(readClock(bead._clock) ?? []);
  const key = edgeClockKey(targetOf(parent));
  // As any removal: the stamp of what is removed stays.
  clock.set(key, clock.get(key) ?? clock.get("created_at") ?? stampOfInstant(bead.created_at));
  return withClock({ ...bead, dependencies: kept }, clock);
}

function isParentEdge(edge: unknown): boolean {
  return isFields(edge) && edge.type === "parent-child";
}
