/** Beads that say nearly the same, found by the words that they share. */
import type { Bead } from "../../../store/schema/bead.ts";

/** A bead as its words: numbers that stand for them, ascending, so that a large store fits in memory. */
export interface WordedBead {
  readonly id: string;
  readonly title: string;
  readonly words: Uint32Array;
}

export interface SimilarPair {
  readonly a: WordedBead;
  readonly b: WordedBead;
  /** 0 to 1. */
  readonly similarity: number;
}

/** Words that more beads than these share say nothing about which two of them are alike. */
const MAX_SHARED = 300;

/** Turns beads into their words; a word has the same number in all beads that one reader has read. */
export function wordReader(): (bead: Bead) => WordedBead {
  const numbers = new Map<string, number>();
  const numberOf = (word: string): number => {
    const known = numbers.get(word) ?? numbers.size;
    numbers.set(word, known);
    return known;
  };
  return ({ id, title, description }) => {
    const words = new Set(tokens(`${title} ${description ?? ""}`).map(numberOf));
    return { id, title, words: Uint32Array.from(words).sort() };
  };
}

/**
 * Pairs whose words overlap, most alike first. Only beads that share a word which few others have are compared, which
 * keeps the work far from the square of their number.
 */
export function similarPairs(beads: readonly WordedBead[], threshold: number): SimilarPair[] {
  const common = Math.min(MAX_SHARED, Math.max(20, beads.length / 10));
  const postings = postingsOf(beads, common);
  const pairs: SimilarPair[] = [];
  beads.forEach((bead, index) => {
    const near = new Set<number>();
    for (const word of bead.words)
      for (const other of postings.get(word) ?? []) if (other > index) near.add(other);
    for (const other of near) {
      const b = beads[other];
      if (b === undefined) continue;
      const both = sharedWords(bead.words, b.words);
      const similarity = both / (bead.words.length + b.words.length - both);
      if (similarity >= threshold) pairs.push({ a: bead, b, similarity });
    }
  });
  return pairs.sort((x, y) => y.similarity - x.similarity || (x.a.id < y.a.id ? -1 : 1));
}

/** Word -> the beads that have it, for words that at most `common` beads have. */
function postingsOf(beads: readonly WordedBead[], common: number): Map<number, number[]> {
  const uses = new Map<number, number>();
  for (const { words } of beads) for (const word of words) uses.set(word, (uses.get(word) ?? 0) + 1);
  const postings = new Map<number, number[]>();
  beads.forEach(({ words }, index) => {
    for (const word of words) {
      const count = uses.get(word) ?? 0;
      if (count < 2 || count > common) continue;
      const list = postings.get(word);
      if (list === undefined) postings.set(word, [index]);
      else list.push(index);
    }
  });
  return postings;
}

/** Numbers that are in both; each list ascends. */
function sharedWords(a: Uint32Array, b: Uint32Array): number {
  let both = 0;
  let at = 0;
  for (const word of a) {
    while (at < b.length && (b[at] ?? 0) < word) at += 1;
    if (b[at] === word) both += 1;
  }
  return both;
}

const STOP = new Set(
  "a an and are as at be by for from in into is it its of on or that the this to was when with".split(" "),
);

function tokens(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? []).filter(word => !STOP.has(word));
}
