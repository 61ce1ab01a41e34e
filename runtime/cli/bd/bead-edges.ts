/** The edges of a bead at hand. */
import type { BeadEdge } from "../../../store/index/queries-edges.ts";
import type { Bead } from "../../../store/schema/bead.ts";

/** As the index keeps them. */
export function edgesOfBead({ id, dependencies }: Bead): BeadEdge[] {
  return (dependencies ?? []).map(edge => ({ from: id, target: edge.depends_on_id, type: edge.type }));
}
