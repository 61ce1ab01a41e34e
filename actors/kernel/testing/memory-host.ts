/**
 * A whole actor system in memory and in simulated time, for tests and the simulator.
 *
 * @example
 * const host = await createMemoryHost({ actors: [Town, Agent], ports: { sandbox: { call: async () => null } } });
 * await host.call({ kind: "town", name: "demo" }, "sling", { beads: ["gt-1"] });
 * await host.drain();          // until no turn runs and no message is under way
 * await host.advance(30_000);  // timers fire on the way, in order
 * await host.restart();        // kill -9: only what was committed is left
 */
import type { BeadStore } from "../../../store/api.ts";
import type { KernelOptions } from "../activation.ts";
import type { ActorClass } from "../actor.ts";
import type { ActorRef, CallMeta, Port } from "../host.ts";
import type { Logger } from "../logger.ts";
import { ActorSystem } from "../system.ts";
import { FakeClock } from "./fake-clock.ts";
import { MemoryStorages } from "./memory-storage.ts";
import { seededRandom } from "./seeded-random.ts";

/** Macrotask turns without an end after which whoever waits for a port alone is taken to wait for good. */
const PORT_PATIENCE_TURNS = 25;

export interface MemoryHostOptions {
  readonly actors: readonly ActorClass[];
  readonly ports?: Readonly<Record<string, Port>>;
  readonly beads?: (ref: ActorRef) => BeadStore | undefined;
  /** Epoch milliseconds; default 2026-01-01. */
  readonly start?: number;
  readonly seed?: number;
  /** Forget the instance after every turn. */
  readonly evictAlways?: boolean;
  readonly kernel?: Omit<KernelOptions, "log" | "evictAlways">;
  readonly log?: Logger;
}

export class MemoryHost {
  readonly clock: FakeClock;
  readonly storage = new MemoryStorages();
  readonly #options: MemoryHostOptions;
  readonly #random: () => number;
  readonly #watches = new Set<{ ref: ActorRef; listener: (event: unknown) => void; off: () => void }>();
  #system: ActorSystem;

  constructor(options: MemoryHostOptions) {
    this.#options = options;
    this.clock = new FakeClock(options.start ?? Date.UTC(2026, 0, 1));
    this.#random = seededRandom(options.seed ?? 1);
    this.#system = this.#boot();
  }

  /** The system as it runs now; another one after a restart. */
  get system(): ActorSystem {
    return this.#system;
  }

  /** Calls an actor and drains nothing: the answer is there when its turn was committed. */
  call(to: ActorRef, method: string, args?: unknown, options?: { timeoutMs?: number }): Promise<unknown> {
    return this.#system.call(to, method, args, options);
  }

  /** A call with metadata of the caller's choosing, e.g. a numbered message. */
  route(to: ActorRef, method: string, args: unknown, meta: CallMeta): Promise<unknown> {
    return this.#system.route(to, method, args, meta);
  }

  /** Events of an actor; survives restarts of the simulated host. Returns the unsubscriber. */
  watch(ref: ActorRef, listener: (event: unknown) => void): () => void {
    const watch = { ref, listener, off: this.#system.watch(ref, listener) };
    this.#watches.add(watch);
    return () => {
      watch.off();
      this.#watches.delete(watch);
    };
  }

  /** Resolves when no turn runs and no message is under way, or all that do wait for ports that do not answer. */
  async drain(): Promise<void> {
    let patience = PORT_PATIENCE_TURNS;
    while (!this.#system.idle) {
      if (this.#system.pendingPortCalls > 0 && --patience <= 0) return;
      if (this.#system.pendingPortCalls === 0) patience = PORT_PATIENCE_TURNS;
      await macrotask();
    }
  }

  /** Moves the clock on by `ms`; what becomes due on the way runs to its end, in order of time. */
  async advance(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    await this.drain();
    while (this.clock.step(until)) {
      await macrotask();
      await this.drain();
    }
  }

  /** As a killed process that is started again: memory is gone, running turns change nothing, overdue timers fire. */
  async restart(): Promise<void> {
    this.#system.crash();
    this.#system = this.#boot();
    for (const watch of this.#watches) watch.off = this.#system.watch(watch.ref, watch.listener);
    await this.#system.start();
    await this.advance(0);
  }

  /** Everything stored by an actor, parsed; the kernel's own rows begin with `$`. */
  dump(ref: ActorRef): Record<string, unknown> {
    return this.storage.dump(ref);
  }

  #boot(): ActorSystem {
    const { actors, ports, beads, log, kernel, evictAlways } = this.#options;
    return new ActorSystem({
      actors,
      storage: this.storage,
      clock: this.clock,
      random: this.#random,
      ...(ports === undefined ? {} : { ports }),
      ...(beads === undefined ? {} : { beads }),
      ...(log === undefined ? {} : { log }),
      kernel: { ...kernel, ...(evictAlways === undefined ? {} : { evictAlways }) },
    });
  }
}

/** A memory host, started. */
export async function createMemoryHost(options: MemoryHostOptions): Promise<MemoryHost> {
  const host = new MemoryHost(options);
  await host.system.start();
  return host;
}

/** Lets promises and real I/O of the process go on once. */
function macrotask(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve);
  });
}
