/** What can be wrong among beads. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { BeadNode } from "./gather.ts";

/** An edge whose target is gone. */
export interface DanglingEdge {
  readonly issue_id: string;
  readonly depends_on_id: string;
  readonly type: string;
}

/** Edges to beads that are not there; references to other projects are none. */
export function danglingEdges(beads: readonly BeadNode[]): DanglingEdge[] {
  const ids = new Set(beads.map(bead => bead.id));
  return beads.flatMap(({ id, edges }) =>
    edges
      .filter(({ target }) => !target.startsWith("external:") && !ids.has(target))
      .map(({ target, type }) => ({ issue_id: id, depends_on_id: target, type })),
  );
}

/** Beads whose fields contradict each other. */
export function inconsistentBeads(
  beads: readonly BeadNode[],
): { readonly id: string; readonly reason: string }[] {
  return beads
    .filter(({ status, closed }) => (status === "closed") !== closed && status !== "failed")
    .map(({ id, status }) => ({
      id,
      reason: status === "closed" ? "closed without a time" : `${status} with a closing time`,
    }));
}

/** Children whose parent is not there. */
export function lostChildren(beads: readonly BeadNode[]): string[] {
  const ids = new Set(beads.map(bead => bead.id));
  return beads
    .filter(bead => bead.edges.some(edge => edge.type === "parent-child" && !ids.has(edge.target)))
    .map(bead => bead.id);
}

/** True for what looks like a left-over of tests, by its title. */
export function isTestLike(bead: Pick<Bead, "title" | "description">): boolean {
  const title = /^(test|testing|tmp|temp|foo|bar|baz|asdf|dummy|sample)([\s_-]|\d|$)/i.test(bead.title);
  return title && (bead.description ?? "").length < 40;
}
