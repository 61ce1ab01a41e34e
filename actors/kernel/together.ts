/**
 * Messages that share a turn. Those that wait when the turn comes are handled one after the other and committed at once, so
 * that a busy receiver pays for one commit and not for hundreds. When anything of it fails, nothing is kept, and each is
 * handled in a turn of its own: no message suffers for another.
 */
import { AppError } from "../../store/schema/errors.ts";
import type { Clock } from "./clock.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Job } from "./turn-runner.ts";

/** Those of one turn, at most: who calls meanwhile waits for all of them. */
const MAX_TOGETHER = 32;

interface Entry {
  readonly job: Job;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface TogetherOptions {
  /** For messages: the name of the actor. */
  readonly name: string;
  readonly mailbox: Mailbox;
  /** How many may wait. */
  readonly capacity: number;
  readonly clock: Clock;
  /** Answers a message that was taken before; undefined for a new one. */
  readonly known: (job: Job) => Promise<{ readonly value: unknown } | undefined>;
  /** One turn for one message. */
  readonly alone: (job: Job) => Promise<unknown>;
  /** One turn for several; their answers in order. */
  readonly shared: (jobs: readonly Job[]) => Promise<readonly unknown[]>;
}

export class Together {
  readonly #options: TogetherOptions;
  #waiting: Entry[] = [];
  #asked = false;

  constructor(options: TogetherOptions) {
    this.#options = options;
  }

  /** Handles a message with those that wait by then. @throws {AppError} overloaded, deadline_exceeded, and what its method throws */
  call(job: Job): Promise<unknown> {
    const { name, capacity } = this.#options;
    if (this.#waiting.length >= capacity) {
      const hint = "Try again in a moment.";
      return Promise.reject(
        new AppError("overloaded", `${name} has ${capacity} messages waiting.`, { hint, retryable: true }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#ask();
    });
  }

  #ask(): void {
    if (this.#asked || this.#waiting.length === 0) return;
    this.#asked = true;
    void this.#options.mailbox.internal(async () => {
      this.#asked = false;
      const group = this.#take();
      this.#ask();
      await this.#handle(group);
    });
  }

  /** The first ones, no two of the same sender: the later one may be the earlier one again. */
  #take(): Entry[] {
    const senders = new Set<string | undefined>();
    let end = 0;
    for (const { job } of this.#waiting.slice(0, MAX_TOGETHER)) {
      const sender = job.received?.[0]?.from;
      if (senders.has(sender)) break;
      senders.add(sender);
      end += 1;
    }
    return this.#waiting.splice(0, end);
  }

  async #handle(group: readonly Entry[]): Promise<void> {
    const fresh: Entry[] = [];
    for (const entry of group) {
      try {
        const { clock, name, known } = this.#options;
        if (clock.now() >= entry.job.meta.deadline) throw late(name);
        const before = await known(entry.job);
        if (before === undefined) fresh.push(entry);
        else entry.resolve(before.value);
      } catch (error) {
        entry.reject(error);
      }
    }
    if (fresh.length > 1 && (await this.#share(fresh))) return;
    for (const { job, resolve, reject } of fresh) await this.#options.alone(job).then(resolve, reject);
  }

  /** False when it failed, and nothing of it was kept. */
  async #share(group: readonly Entry[]): Promise<boolean> {
    try {
      const answers = await this.#options.shared(group.map(({ job }) => job));
      group.forEach(({ resolve }, i) => {
        resolve(answers[i]);
      });
      return true;
    } catch {
      return false; // Whoever is to blame meets it again, alone.
    }
  }
}

function late(name: string): AppError {
  return new AppError("deadline_exceeded", `${name} did not come to this message before its deadline.`, {
    retryable: true,
  });
}
