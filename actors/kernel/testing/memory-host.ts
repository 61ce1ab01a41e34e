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
import { ActorSystem, type ActorSystemOptions } from "../system.ts";
import { FakeClock } from "./fake-clock.ts";
import { MemoryStorages } from "./memory-storage.ts";
import { seededRandom } from "./seeded-random.ts";

/** What lies between two actors: it may pass a call on with `next`, later, more than once, or not at all. */
export type Network = (
  message: {
    readonly to: ActorRef;
    readonly method: string;
    readonly args: unknown;
    readonly meta: CallMeta;
  },
  next: () => Promise<unknown>,
) => Promise<unknown>;

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
  /** Stands between sender and receiver of every one-way message; what it holds back, `drain` does not wait for. */
  readonly network?: Network;
}

export class MemoryHost {
  readonly clock: FakeClock;
  readonly storage = new MemoryStorages();
  readonly #options: MemoryHostOptions;
  readonly #random: () => number;
  readonly #watches = new Set<{ ref: ActorRef; listener: (event: unknown) => void; off: () => void }>();
  #system: ActorSystem;
  #underway = 0;

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
      const waits = this.#system.pendingPortCalls + this.#underway > 0;
      if (waits && --patience <= 0) return;
      if (!waits) patience = PORT_PATIENCE_TURNS;
      await macrotask();
    }
  }

  /** Moves the clock on by `ms`; what becomes due on the way runs to its end, in order of time. */
  async advance(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    await this.drain();
    while (await this.step(until));
  }

  /** Lets the next thing that is due by `until` happen, and all that follows at once; false when nothing is due any more. */
  async step(until: number): Promise<boolean> {
    if (!this.clock.step(until)) return false;
    await macrotask();
    await this.drain();
    return true;
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

  /** The network of the options, counted: what it holds back is nothing that could be waited for. */
  #network(): Network | undefined {
    const { network } = this.#options;
    return (
      network &&
      (async (message, next) => {
        this.#underway += 1;
        try {
          return await network(message, next);
        } finally {
          this.#underway -= 1;
        }
      })
    );
  }

  #boot(): ActorSystem {
    const { actors, ports, beads, log, kernel, evictAlways } = this.#options;
    return new NetworkedSystem(this.#network(), {
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

/** A system whose one-way messages pass a network. */
class NetworkedSystem extends ActorSystem {
  readonly #network: Network | undefined;

  constructor(network: Network | undefined, options: ActorSystemOptions) {
    super(options);
    this.#network = network;
  }

  override route(to: ActorRef, method: string, args: unknown, meta: CallMeta): Promise<unknown> {
    const next = () => super.route(to, method, args, meta);
    if (this.#network === undefined || meta.from === undefined) return next();
    return this.#network({ to, method, args, meta }, next);
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
