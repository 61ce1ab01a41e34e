/** The events of a very large commit as the lines of its message, kept as bytes. */
import type { BeadEvent } from "../api.ts";
import { utf8 } from "./bytes.ts";
import { eventLines } from "./commit-message.ts";

/** A message is read whole by everyone who looks at the log, and must stay far from the size that is not read any more. */
const MAX_BYTES = 4 * 1_048_576;

/** See the file comment. */
export class EventLines {
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  #left = 0;
  readonly #maxBytes: number;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Adds events, as long as there is room: the commit's diff says of the others what changed. */
  add(events: readonly BeadEvent[]): void {
    if (events.length === 0) return;
    const lines = utf8(eventLines(events));
    if (this.#left > 0 || this.#bytes + lines.length > this.#maxBytes) {
      this.#left += events.length;
      return;
    }
    this.#pieces.push(lines);
    this.#bytes += lines.length;
  }

  /** The lines, in UTF-8; the last says how many events there was no room for. */
  get pieces(): readonly Uint8Array[] {
    return this.#left === 0
      ? this.#pieces
      : [...this.#pieces, utf8(`(${this.#left} more events: see the diff)\n`)];
  }
}
