/** Splits a text that begins a JSON array into the texts of its elements, as its pieces come, so that it is never held as a whole. */

/** An element of the array. */
export interface ArrayElement {
  /** Its JSON, or what stands in its place; the last one may be cut off. */
  readonly text: string;
  /** False when the text ended before it did, or before the array did. */
  readonly closed: boolean;
}

const QUOTE = 34;
const COMMA = 44;
const OPENING = 91;
const BACKSLASH = 92;
const CLOSING = 93;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

/**
 * The elements, in order. What follows the end of the array comes as one more element, so that it is refused and not lost.
 * @param pieces of a text whose first character that is no white space is `[`
 */
export function* arrayElements(pieces: Iterable<string>): Generator<ArrayElement> {
  let depth = 0;
  let quoted = false;
  let escaped = false;
  let ended = false;
  let rest = "";
  for (const piece of pieces) {
    let start = 0;
    for (let at = 0; at < piece.length && !ended; at++) {
      const code = piece.charCodeAt(at);
      if (escaped) escaped = false;
      else if (quoted) {
        if (code === BACKSLASH) escaped = true;
        else if (code === QUOTE) quoted = false;
      } else if (code === QUOTE) quoted = true;
      else if (code === OPENING || code === OPENING_BRACE) {
        if (depth++ === 0) start = at + 1;
      } else if (code === CLOSING || code === CLOSING_BRACE) {
        ended = --depth === 0;
        if (!ended) continue;
        const text = rest + piece.slice(start, at);
        if (text.trim() !== "") yield { text, closed: true };
        rest = "";
        start = at + 1;
      } else if (code === COMMA && depth === 1) {
        yield { text: rest + piece.slice(start, at), closed: true };
        rest = "";
        start = at + 1;
      }
    }
    rest += piece.slice(start);
  }
  if (!ended || rest.trim() !== "") yield { text: rest, closed: ended };
}
