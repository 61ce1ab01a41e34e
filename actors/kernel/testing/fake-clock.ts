/**
 * A clock that stands still until it is told to move; its callbacks fire in order of time. As on a real machine, what
 * the clock shows can be set, while a callback waits for as long as it was told to.
 */
import type { Clock } from "../clock.ts";

interface Waiting {
  /** In the time that passes, not in what the clock shows. */
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  /** Time that has passed, epoch milliseconds; never goes back. */
  #passed: number;
  /** What the clock shows more than that. */
  #ahead = 0;
  #order = 0;
  readonly #waiting = new Set<Waiting>();

  /** `start`: epoch milliseconds. */
  constructor(start: number) {
    this.#passed = start;
  }

  now(): number {
    return this.#passed + this.#ahead;
  }

  /** Time that has passed since the epoch of `start`, whatever the clock shows. */
  get passed(): number {
    return this.#passed;
  }

  /** Sets the clock forward or, with a negative number, back: nobody waits longer or shorter for it. */
  jump(ms: number): void {
    this.#ahead += ms;
  }

  after(ms: number, callback: () => void): () => void {
    const entry = { at: this.#passed + Math.max(0, ms), order: this.#order++, callback };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }

  /** When the next callback is due, undefined when none waits. */
  get next(): number | undefined {
    const first = this.#first();
    return first && first.at + this.#ahead;
  }

  /** Moves to the next callback that is due by `until` (as shown) and runs it; without one moves there and answers false. */
  step(until: number): boolean {
    const entry = this.#first();
    const end = until - this.#ahead;
    if (entry === undefined || entry.at > end) {
      this.#passed = Math.max(this.#passed, end);
      return false;
    }
    this.#waiting.delete(entry);
    this.#passed = Math.max(this.#passed, entry.at);
    entry.callback();
    return true;
  }

  #first(): Waiting | undefined {
    let first: Waiting | undefined;
    for (const entry of this.#waiting) {
      if (
        first === undefined ||
        entry.at < first.at ||
        (entry.at === first.at && entry.order < first.order)
      ) {
        first = entry;
      }
    }
    return first;
  }
}
