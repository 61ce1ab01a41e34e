/**
 * The queue in front of an actor: one task at a time, across awaits, bounded, with deadlines for those who wait. Calls whose
 * callers wait for an answer go before messages, which nobody waits for; a message's turn comes all the same.
 */
import { AppError } from "../../store/schema/errors.ts";
import type { Clock } from "./clock.ts";

/** Calls that may go before what waits longer, one after another. */
const MAX_AHEAD = 16;

interface Entry {
  readonly start: () => void;
}

export interface MailboxOptions {
  /** For messages: the name of the actor. */
  readonly name: string;
  /** How many calls may wait. Work of the kernel itself is not counted. */
  readonly capacity: number;
  readonly clock: Clock;
}

export class Mailbox {
  readonly #options: MailboxOptions;
  /** Insertion order is the order of turns; sets so that an expired entry leaves at once. */
  readonly #waiting = new Set<Entry>();
  /** Those that are waited for, likewise in order. */
  readonly #urgent = new Set<Entry>();
  /** Urgent ones that were begun since one of the others was. */
  #ahead = 0;
  #calls = 0;
  #busy = false;

  constructor(options: MailboxOptions) {
    this.#options = options;
  }

  /** True when nothing runs and nothing waits. */
  get idle(): boolean {
    return !this.#busy && this.#waiting.size === 0 && this.#urgent.size === 0;
  }

  /**
   * Runs the task when those before it have ended. The deadline holds while it waits; once running it is the task's own.
   * @param urgent somebody waits for the answer: it goes before what is not urgent
   * @throws {AppError} overloaded when the queue is full; deadline_exceeded when its turn did not come in time
   */
  call<T>(task: () => Promise<T>, deadline: number, urgent: boolean): Promise<T> {
    const { name, capacity, clock } = this.#options;
    if (this.#calls >= capacity) {
      return Promise.reject(
        new AppError("overloaded", `${name} has ${capacity} calls waiting.`, {
          hint: "Try again in a moment.",
          retryable: true,
        }),
      );
    }
    if (clock.now() >= deadline) return Promise.reject(late(name));
    if (!this.#busy) return this.#enter(task);
    const queue = urgent ? this.#urgent : this.#waiting;
    return new Promise<T>((resolve, reject) => {
      this.#calls += 1;
      const entry: Entry = {
        start: () => {
          this.#calls -= 1;
          cancel();
          if (clock.now() >= deadline) reject(late(name));
          else resolve(this.#enter(task));
        },
      };
      const cancel = clock.after(deadline - clock.now(), () => {
        if (!queue.delete(entry)) return;
        this.#calls -= 1;
        reject(late(name));
      });
      queue.add(entry);
    });
  }

  /** Work of the kernel itself: neither bounded nor timed, in one order with what is not urgent. */
  internal<T>(task: () => Promise<T>): Promise<T> {
    if (!this.#busy) return this.#enter(task);
    return new Promise<T>(resolve => {
      this.#waiting.add({ start: () => resolve(this.#enter(task)) });
    });
  }

  async #enter<T>(task: () => Promise<T>): Promise<T> {
    this.#busy = true;
    try {
      return await task();
    } finally {
      this.#busy = false;
      this.#next();
    }
  }

  /** Starts the next one; an entry that finds its deadline passed leaves the place to the one after it. */
  #next(): void {
    while (!this.#busy) {
      const queue = this.#nextQueue();
      const [entry] = queue;
      if (entry === undefined) return;
      this.#ahead = queue === this.#urgent ? this.#ahead + 1 : 0;
      queue.delete(entry);
      entry.start();
    }
  }

  #nextQueue(): Set<Entry> {
    if (this.#urgent.size === 0) return this.#waiting;
    return this.#ahead >= MAX_AHEAD && this.#waiting.size > 0 ? this.#waiting : this.#urgent;
  }
}

function late(name: string): AppError {
  return new AppError("deadline_exceeded", `${name} did not come to this call before its deadline.`, {
    retryable: true,
  });
}
