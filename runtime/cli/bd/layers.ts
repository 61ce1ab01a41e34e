/** Beads in the order in which they can be worked on. */
import type { Bead } from "../../../store/schema/bead.ts";

const ORDERING = ["blocks", "conditional-blocks"];

/** Layer 0 needs nothing of the others; each further one needs only layers before it. Cycles end up in the last one. */
export function layersOf(beads: readonly Bead[]): Bead[][] {
  const left = new Map(beads.map(bead => [bead.id, bead]));
  const layers: Bead[][] = [];
  while (left.size > 0) {
    const free = [...left.values()].filter(
      bead =>
        !(bead.dependencies ?? []).some(
          edge =>
            ORDERING.includes(edge.type) && edge.depends_on_id !== bead.id && left.has(edge.depends_on_id),
        ),
    );
    const layer = free.length === 0 ? [...left.values()] : free;
    layers.push(layer);
    for (const bead of layer) left.delete(bead.id);
  }
  return layers;
}
