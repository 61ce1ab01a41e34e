/** The host of one activation in a process that holds many: storage, routes and clock of its system. */
import type { BeadStore } from "../../store/api.ts";
import { AppError } from "../../store/schema/errors.ts";
import type { Clock } from "./clock.ts";
import { type ActorRef, type CallMeta, type Changes, type Host, refKey } from "./host.ts";
import type { ActorStorage } from "./storage.ts";

export interface LocalHostOptions {
  readonly ref: ActorRef;
  readonly clock: Clock;
  readonly random: () => number;
  readonly storage: ActorStorage;
  readonly beads: BeadStore | undefined;
  readonly route: Host["call"];
  readonly publish: (event: unknown) => void;
  readonly armed: (at: number | null) => void;
}

/** The host of one activation; once killed, nothing of that activation reaches the outside or the storage any more. */
export class LocalHost implements Host {
  readonly ref: ActorRef;
  readonly beads?: BeadStore;
  readonly #options: LocalHostOptions;
  #dead = false;

  constructor(options: LocalHostOptions) {
    this.ref = options.ref;
    this.#options = options;
    if (options.beads !== undefined) this.beads = options.beads;
  }

  kill(): void {
    this.#dead = true;
  }

  async get(key: string): Promise<string | undefined> {
    this.#alive();
    return this.#options.storage.get(key);
  }

  async list(prefix: string): Promise<[string, string][]> {
    this.#alive();
    return this.#options.storage.list(prefix);
  }

  async commit(changes: Changes): Promise<void> {
    this.#alive();
    const { beads, ...rest } = changes;
    if (beads !== undefined) {
      await this.beads?.commit(beads);
      this.#alive();
    }
    await this.#options.storage.commit(rest);
    if (rest.alarm !== undefined && !this.#dead) this.#options.armed(rest.alarm);
  }

  async call(to: ActorRef, method: string, args: unknown, meta: CallMeta): Promise<unknown> {
    this.#alive();
    return this.#options.route(to, method, args, meta);
  }

  publish(event: unknown): void {
    if (!this.#dead) this.#options.publish(event);
  }

  now(): number {
    return this.#options.clock.now();
  }

  after(ms: number, callback: () => void): () => void {
    return this.#options.clock.after(ms, () => {
      if (!this.#dead) callback();
    });
  }

  random(): number {
    return this.#options.random();
  }

  #alive(): void {
    if (this.#dead) throw new AppError("unavailable", `${refKey(this.ref)} was let go.`, { retryable: true });
  }
}
