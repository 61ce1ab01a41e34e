/** The queue in front of an actor: one task at a time, across awaits, bounded, with deadlines for those who wait. */
import { AppError } from "../../store/schema/errors.ts";
import type { Clock } from "./clock.ts";

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
  /** Insertion order is the order of turns; a set so that an expired entry leaves at once. */
  readonly #waiting = new Set<Entry>();
  #calls = 0;
  #busy = false;

  constructor(options: MailboxOptions) {
    this.#options = options;
  }

  /** True when nothing runs and nothing waits. */
  get idle(): boolean {
    return !this.#busy && this.#waiting.size === 0;
  }

  /**
   * Runs the task when those before it have ended. The deadline holds while it waits; once running it is the task's own.
   * @throws {AppError} overloaded when the queue is full; deadline_exceeded when its turn did not come in time
   */
  call<T>(task: () => Promise<T>, deadline: number): Promise<T> {
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
        if (!this.#waiting.delete(entry)) return;
        this.#calls -= 1;
        reject(late(name));
      });
      this.#waiting.add(entry);
    });
  }

  /** Work of the kernel itself: neither bounded nor timed, in the same order. */
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
      const [entry] = this.#waiting;
      if (entry === undefined) return;
      this.#waiting.delete(entry);
      entry.start();
    }
  }
}

function late(name: string): AppError {
  return new AppError("deadline_exceeded", `${name} did not come to this call before its deadline.`, {
    retryable: true,
  });
}
