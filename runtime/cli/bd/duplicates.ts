/** Beads that say the same. */
import type { Bead } from "../../../store/schema/bead.ts";

export interface DuplicateGroup {
  /** The one to keep: referred to most, then the smallest id. */
  readonly keep: Bead;
  readonly others: readonly Bead[];
  readonly references: ReadonlyMap<string, number>;
}

/** Groups of beads with the same words and the same openness. */
export function duplicateGroups(beads: readonly Bead[]): DuplicateGroup[] {
  const references = new Map<string, number>();
  for (const bead of beads) {
    for (const edge of bead.dependencies ?? [])
      references.set(edge.depends_on_id, (references.get(edge.depends_on_id) ?? 0) + 1);
  }
  const key = (bead: Bead) =>
    JSON.stringify([
      bead.status === "closed",
      bead.title,
      bead.description ?? "",
      bead.design ?? "",
      bead.acceptance_criteria ?? "",
    ]);
  return [...Map.groupBy(beads, key).values()]
    .filter(group => group.length > 1)
    .map(group => {
      const [keep, ...others] = [...group].sort(
        (a, b) => (references.get(b.id) ?? 0) - (references.get(a.id) ?? 0) || (a.id < b.id ? -1 : 1),
      );
      return keep === undefined ? undefined : { keep, others, references };
    })
    .filter(group => group !== undefined);
}

export interface SimilarPair {
  readonly a: Bead;
  readonly b: Bead;
  /** 0 to 1. */
  readonly similarity: number;
}

/**
 * Pairs whose words overlap, most alike first. Words that more than a tenth of many beads share bring no pair together,
 * which keeps the work far from the square of their number.
 */
export function similarPairs(beads: readonly Bead[], threshold: number): SimilarPair[] {
  const words = beads.map(bead => new Set(tokens(`${bead.title} ${bead.title} ${bead.description ?? ""}`)));
  const postings = new Map<string, number[]>();
  words.forEach((set, index) => {
    for (const word of set) postings.set(word, [...(postings.get(word) ?? []), index]);
  });
  const common = Math.max(50, beads.length / 10);
  const pairs: SimilarPair[] = [];
  words.forEach((own, index) => {
    const shared = new Map<number, number>();
    for (const word of own) {
      const list = postings.get(word) ?? [];
      if (list.length > common) continue;
      for (const other of list) if (other > index) shared.set(other, (shared.get(other) ?? 0) + 1);
    }
    for (const other of shared.keys()) {
      const [a, b, theirs] = [beads[index], beads[other], words[other]];
      if (a === undefined || b === undefined || theirs === undefined) continue;
      const both = [...own].filter(word => theirs.has(word)).length;
      const similarity = both / (own.size + theirs.size - both);
      if (similarity >= threshold) pairs.push({ a, b, similarity });
    }
  });
  return pairs.sort((x, y) => y.similarity - x.similarity || (x.a.id < y.a.id ? -1 : 1));
}

const STOP = new Set(
  "a an and are as at be by for from in into is it its of on or that the this to was when with".split(" "),
);

function tokens(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? []).filter(word => !STOP.has(word));
}
