/** Edges without their beads: what graphs and checks need of a large store. */
import type { BeadIndex } from "./bead-index.ts";
import { type SqlRow, textOf } from "./sql.ts";

/** One bead's edge to another. */
export interface BeadEdge {
  readonly from: string;
  readonly target: string;
  readonly type: string;
}

/** Edges of these types, by the bead that has them. */
export function edgesOfTypes(index: BeadIndex, types: readonly string[]): BeadEdge[] {
  const marks = types.map(() => "?").join(",");
  return index.sql
    .all(`SELECT src, dst, type FROM edge WHERE type IN (${marks}) ORDER BY src, dst`, ...types)
    .map(edgeOf);
}

/** Edges to beads that are not there under any name; references to other projects are none. */
export function danglingEdges(index: BeadIndex): BeadEdge[] {
  return index.sql
    .all(
      `SELECT src, dst, type FROM edge
       WHERE dst NOT LIKE 'external:%'
         AND NOT EXISTS (SELECT 1 FROM bead WHERE bead.id = dst)
         AND NOT EXISTS (SELECT 1 FROM alias WHERE alias = dst)
       ORDER BY src, dst`,
    )
    .map(edgeOf);
}

function edgeOf(row: SqlRow): BeadEdge {
  return { from: textOf(row.src), target: textOf(row.dst), type: textOf(row.type) };
}
