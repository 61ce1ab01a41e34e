/** Keys of memories. */

const MAX_WORDS = 6;

/** A short key from the first words of a text. */
export function keyFromText(text: string): string {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.slice(0, MAX_WORDS).join("-").slice(0, 60) || "memory";
}

/** True for a single word that could be a key: no spaces, nothing but letters, digits, `-`, `_`, `.`. */
export function looksLikeKey(text: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u.test(text);
}
