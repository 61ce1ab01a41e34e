/** A clock that stands still until it is told to move; its callbacks fire in order of time. */
import type { Clock } from "../clock.ts";

interface Waiting {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  #now: number;
  #order = 0;
  readonly #waiting = new Set<Waiting>();

  /** `start`: epoch milliseconds. */
  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const entry = { at: this.#now + Math.max(0, ms), order: this.#order++, callback };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }

  /** When the next callback is due, undefined when none waits. */
  get next(): number | undefined {
    return this.#first()?.at;
  }

  /** Moves to the next callback that is due by `until` and runs it; without one moves to `until` and answers false. */
  step(until: number): boolean {
    const entry = this.#first();
    if (entry === undefined || entry.at > until) {
      this.#now = Math.max(this.#now, until);
      return false;
    }
    this.#waiting.delete(entry);
    this.#now = Math.max(this.#now, entry.at);
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
