/** Cycles over the edges that order work. */
import type { BeadNode } from "./gather.ts";

const ORDERING: ReadonlySet<string> = new Set(["blocks", "conditional-blocks"]);

/** The strongly connected groups of more than one bead, each in the order of its edges as far as that goes. */
export function findCycles<B extends Pick<BeadNode, "id" | "edges">>(beads: readonly B[]): B[][] {
  const byId = new Map(beads.map(bead => [bead.id, bead]));
  const next = (bead: B): B[] =>
    bead.edges.flatMap(edge => {
      const found = ORDERING.has(edge.type) ? byId.get(edge.target) : undefined;
      return found === undefined ? [] : [found];
    });
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const path: B[] = [];
  const onPath = new Set<string>();
  const cycles: B[][] = [];
  for (const start of beads) {
    if (order.has(start.id)) continue;
    const work: { readonly bead: B; readonly targets: B[]; at: number }[] = [];
    const enter = (bead: B): void => {
      order.set(bead.id, order.size);
      low.set(bead.id, order.size - 1);
      path.push(bead);
      onPath.add(bead.id);
      work.push({ bead, targets: next(bead), at: 0 });
    };
    enter(start);
    for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
      const target = frame.targets[frame.at];
      if (target !== undefined) {
        frame.at += 1;
        if (!order.has(target.id)) enter(target);
        else if (onPath.has(target.id)) lower(low, frame.bead.id, order.get(target.id) ?? 0);
        continue;
      }
      work.pop();
      const above = work.at(-1);
      if (above !== undefined) lower(low, above.bead.id, low.get(frame.bead.id) ?? 0);
      if (low.get(frame.bead.id) !== order.get(frame.bead.id)) continue;
      const group = path.splice(path.indexOf(frame.bead));
      for (const bead of group) onPath.delete(bead.id);
      if (group.length > 1) cycles.push(group);
    }
  }
  return cycles;
}

function lower(low: Map<string, number>, id: string, value: number): void {
  low.set(id, Math.min(low.get(id) ?? value, value));
}
