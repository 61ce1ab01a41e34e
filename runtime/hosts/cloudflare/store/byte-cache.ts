/** Contents in memory up to a number of bytes; the longest unused go first. */
export class ByteCache {
  readonly #limit: number;
  readonly #entries = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): Uint8Array | undefined {
    const found = this.#entries.get(key);
    if (found === undefined) return undefined;
    // Moved to the end: the first in the map is the longest unused.
    this.#entries.delete(key);
    this.#entries.set(key, found);
    return found;
  }

  set(key: string, content: Uint8Array): void {
    this.delete(key);
    this.#entries.set(key, content);
    this.#bytes += content.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#limit) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#entries.get(key)?.length ?? 0;
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }
}
