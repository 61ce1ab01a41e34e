/** Beads that say the same. */
import type { Bead } from "../../../store/schema/bead.ts";

/** What is kept of a bead to find its doubles. */
export type Candidate = Pick<Bead, "id" | "title" | "status" | "priority"> & {
  /** The same for beads with the same words and the same openness. */
  readonly key: bigint | number;
  readonly targets: readonly string[];
};

/** The bead as a candidate. */
export function candidateOf(bead: Bead): Candidate {
  const { id, title, status, priority } = bead;
  const words = [
    status === "closed",
    title,
    bead.description ?? "",
    bead.design ?? "",
    bead.acceptance_criteria ?? "",
  ];
  const targets = (bead.dependencies ?? []).map(edge => edge.depends_on_id);
  return { id, title, status, priority, key: Bun.hash(JSON.stringify(words)), targets };
}

export interface DuplicateGroup {
  /** The one to keep: referred to most, then the smallest id. */
  readonly keep: Candidate;
  readonly others: readonly Candidate[];
  readonly references: ReadonlyMap<string, number>;
}

/** Groups of beads with the same words and the same openness. */
export function duplicateGroups(beads: readonly Candidate[]): DuplicateGroup[] {
  const references = new Map<string, number>();
  for (const target of beads.flatMap(bead => bead.targets))
    references.set(target, (references.get(target) ?? 0) + 1);
  return [...Map.groupBy(beads, bead => bead.key).values()]
    .filter(group => group.length > 1)
    .map(group => {
      const [keep, ...others] = [...group].sort(
        (a, b) => (references.get(b.id) ?? 0) - (references.get(a.id) ?? 0) || (a.id < b.id ? -1 : 1),
      );
      return keep === undefined ? undefined : { keep, others, references };
    })
    .filter(group => group !== undefined);
}
