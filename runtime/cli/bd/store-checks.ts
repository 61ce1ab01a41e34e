/** What can be wrong among beads. */
import type { Bead, Dependency } from "../../../store/schema/bead.ts";

/** Edges to beads that are not there; references to other projects are none. */
export function danglingEdges(beads: readonly Bead[]): Dependency[] {
  const ids = new Set(beads.map(bead => bead.id));
  return beads.flatMap(bead =>
    (bead.dependencies ?? []).filter(
      edge => !edge.depends_on_id.startsWith("external:") && !ids.has(edge.depends_on_id),
    ),
  );
}

/** Beads whose fields contradict each other. */
export function inconsistentBeads(
  beads: readonly Bead[],
): { readonly id: string; readonly reason: string }[] {
  return beads.flatMap(bead => {
    if ((bead.status === "closed") !== (bead.closed_at !== undefined) && bead.status !== "failed") {
      return [
        {
          id: bead.id,
          reason: bead.status === "closed" ? "closed without a time" : `${bead.status} with a closing time`,
        },
      ];
    }
    return [];
  });
}

/** Children whose parent is not there. */
export function lostChildren(beads: readonly Bead[]): string[] {
  const ids = new Set(beads.map(bead => bead.id));
  return beads
    .filter(bead =>
      bead.dependencies?.some(edge => edge.type === "parent-child" && !ids.has(edge.depends_on_id)),
    )
    .map(bead => bead.id);
}

/** Left-overs of tests, by their titles. */
export function testLikeBeads(beads: readonly Bead[]): Bead[] {
  return beads.filter(
    bead =>
      /^(test|testing|tmp|temp|foo|bar|baz|asdf|dummy|sample)([\s_-]|\d|$)/i.test(bead.title) &&
      (bead.description ?? "").length < 40,
  );
}
