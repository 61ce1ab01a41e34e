/** Cycles over the edges that order work. */
import type { BeadEdge } from "../../../store/index/queries-edges.ts";

/** Types of the edges that can make a cycle. */
export const ORDERING_TYPES: readonly string[] = ["blocks", "conditional-blocks"];

/** The strongly connected groups of beads, and beads that need themselves, each in the order of its edges as far as that goes. */
export function findCycles(edges: readonly BeadEdge[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, target, type } of edges) {
    if (!ORDERING_TYPES.includes(type)) continue;
    const known = targets.get(from);
    if (known === undefined) targets.set(from, [target]);
    else known.push(target);
  }
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const path: string[] = [];
  const onPath = new Set<string>();
  const cycles: string[][] = [];
  for (const start of targets.keys()) {
    if (order.has(start)) continue;
    const work: { readonly id: string; readonly targets: readonly string[]; at: number }[] = [];
    const enter = (id: string): void => {
      order.set(id, order.size);
      low.set(id, order.size - 1);
      path.push(id);
      onPath.add(id);
      work.push({ id, targets: targets.get(id) ?? [], at: 0 });
    };
    enter(start);
    for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
      const target = frame.targets[frame.at];
      if (target !== undefined) {
        frame.at += 1;
        if (!order.has(target)) enter(target);
        else if (onPath.has(target)) lower(low, frame.id, order.get(target) ?? 0);
        continue;
      }
      work.pop();
      const above = work.at(-1);
      if (above !== undefined) lower(low, above.id, low.get(frame.id) ?? 0);
      if (low.get(frame.id) !== order.get(frame.id)) continue;
      const group = path.splice(path.lastIndexOf(frame.id));
      for (const id of group) onPath.delete(id);
      // A bead that needs itself can only have been written by hand.
      const [only = ""] = group;
      if (group.length > 1 || targets.get(only)?.includes(only) === true) cycles.push(group);
    }
  }
  return cycles;
}

function lower(low: Map<string, number>, id: string, value: number): void {
  low.set(id, Math.min(low.get(id) ?? value, value));
}
