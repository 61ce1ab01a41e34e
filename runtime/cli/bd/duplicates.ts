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

export interface SimilarPair {
  readonly a: Bead;
  readonly b: Bead;
  /** 0 to 1. */
  readonly similarity: number;
}

/** Words that more beads than these share say nothing about which two of them are alike. */
const MAX_SHARED = 300;

/**
 * Pairs whose words overlap, most alike first. Only beads that share a word which few others have are compared, which
 * keeps the work far from the square of their number.
 */
export function similarPairs(beads: readonly Bead[], threshold: number): SimilarPair[] {
  const words = beads.map(bead => new Set(tokens(`${bead.title} ${bead.title} ${bead.description ?? ""}`)));
  const postings = new Map<string, number[]>();
  words.forEach((set, index) => {
    for (const word of set) {
      const list = postings.get(word);
      if (list === undefined) postings.set(word, [index]);
      else list.push(index);
    }
  });
  const common = Math.min(MAX_SHARED, Math.max(20, beads.length / 10));
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
      let both = 0;
      for (const word of own) if (theirs.has(word)) both += 1;
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
