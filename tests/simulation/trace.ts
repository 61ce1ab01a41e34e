/** What happened, line by line, and one number that stands for all of it. */

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

export class Trace {
  /** The latest lines; all of them when asked for. */
  readonly lines: string[] = [];
  /** Lines so far. */
  count = 0;
  readonly #kept: number;
  readonly #tell: ((line: string) => void) | undefined;
  #low = FNV_OFFSET;
  #high = FNV_OFFSET ^ 0x5bd1e995;

  /** @param kept lines that are remembered; @param tell called with each line */
  constructor(kept: number, tell?: (line: string) => void) {
    this.#kept = kept;
    this.#tell = tell;
  }

  add(line: string): void {
    this.count += 1;
    for (let i = 0; i < line.length; i++) {
      const code = line.charCodeAt(i);
      this.#low = Math.imul(this.#low ^ code, FNV_PRIME);
      this.#high = Math.imul(this.#high ^ (code + i), FNV_PRIME);
    }
    this.lines.push(line);
    if (this.lines.length > 2 * this.#kept) this.lines.splice(0, this.lines.length - this.#kept);
    this.#tell?.(line);
  }

  /** The same lines in the same order have the same hash. */
  get hash(): string {
    return [this.#low, this.#high].map(half => (half >>> 0).toString(16).padStart(8, "0")).join("");
  }
}
