/**
 * All actors of one process over a storage: routes calls, keeps at most one activation per actor, fires alarms.
 * The Bun host and the in-memory host are this with different storage and clock.
 */
import type { BeadStore } from "../../store/api.ts";
import { AppError } from "../../store/schema/errors.ts";
import { Activation, type KernelOptions } from "./activation.ts";
import type { ActorClass } from "./actor.ts";
import { checkName, unknownKind } from "./address.ts";
import { Alarms } from "./alarms.ts";
import type { Clock } from "./clock.ts";
import { unexpected } from "./failures.ts";
import { type ActorRef, type CallMeta, type Port, refKey } from "./host.ts";
import { LocalHost } from "./local-host.ts";
import { type Logger, noopLogger } from "./logger.ts";
import type { ActorStorages } from "./storage.ts";

/** How long a call waits whose caller names no time. */
const CALL_TIMEOUT_MS = 30_000;
const ALARM_RETRY_MS = 5_000;
const DRAIN_MS = 10_000;
/**
 * Two for each agent of a large town, and room: with fewer than are in use in turn, the longest unused one is always the
 * next to be used, and each turn begins with reading its actor from the storage.
 */
const MAX_ACTIVATIONS = 4_000;

export interface ActorSystemOptions {
  readonly actors: readonly ActorClass[];
  /** Ports by kind; none may have the kind of an actor. */
  readonly ports?: Readonly<Record<string, Port>>;
  readonly storage: ActorStorages;
  readonly clock: Clock;
  readonly random: () => number;
  /** The beads of an actor, for the actors that own some. */
  readonly beads?: (ref: ActorRef) => BeadStore | undefined;
  readonly log?: Logger;
  readonly kernel?: Omit<KernelOptions, "log">;
  /** Activations kept in memory; the longest unused idle ones go first. */
  readonly maxActivations?: number;
}

interface Entry {
  readonly activation: Activation;
  readonly host: LocalHost;
}

export class ActorSystem {
  readonly #options: ActorSystemOptions;
  readonly #log: Logger;
  readonly #classes: ReadonlyMap<string, ActorClass>;
  readonly #active = new Map<string, Entry>();
  readonly #watchers = new Map<string, Set<(event: unknown) => void>>();
  readonly #alarms: Alarms;
  readonly #firing = new Set<string>();
  /** Callers from outside that wait for an answer. */
  readonly #waiting = new Set<() => void>();
  #portCalls = 0;
  #stopped = false;

  constructor(options: ActorSystemOptions) {
    this.#options = options;
    this.#log = options.log ?? noopLogger;
    this.#classes = new Map(options.actors.map(actor => [actor.kind, actor]));
    this.#alarms = new Alarms(options.clock, ref => void this.#alarm(ref));
  }

  /** Arms the alarms of the last run; what is overdue fires at once. */
  async start(): Promise<void> {
    for (const { ref, at } of await this.#options.storage.alarms()) this.#alarms.set(ref, at);
  }

  /** When the next alarm is due, epoch milliseconds. */
  get nextAlarm(): number | null {
    return this.#alarms.next;
  }

  /** True when no turn runs or waits and no message is under way. */
  get idle(): boolean {
    return this.#firing.size === 0 && [...this.#active.values()].every(({ activation }) => activation.idle);
  }

  /** Calls of ports that have not answered yet. */
  get pendingPortCalls(): number {
    return this.#portCalls;
  }

  /**
   * Calls an actor or a port and waits, 30 seconds at most unless told otherwise.
   * @throws {AppError} not_found for an unknown kind, invalid_argument for a bad name, and all of `Activation.call`
   */
  async call(
    to: ActorRef,
    method: string,
    args?: unknown,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<unknown> {
    const deadline = this.#options.clock.now() + (options.timeoutMs ?? CALL_TIMEOUT_MS);
    return this.#unlessCrashed(this.route(to, method, args, { chain: [], deadline }));
  }

  /** As `call`, with the metadata given: the way of the actors themselves, and of senders that number their messages. */
  async route(to: ActorRef, method: string, args: unknown, meta: CallMeta): Promise<unknown> {
    if (this.#stopped) throw stopped();
    const port = this.#options.ports?.[to.kind];
    if (port !== undefined) return this.#callPort(port, to, method, args, meta);
    const { activation } = this.#activate(to);
    try {
      return await activation.call(method, args, meta);
    } finally {
      this.#used(refKey(to));
    }
  }

  /** Calls back for each event that the actor publishes from now on. Returns the unsubscriber. */
  watch(ref: ActorRef, listener: (event: unknown) => void): () => void {
    const key = refKey(ref);
    const listeners = this.#watchers.get(key) ?? new Set();
    this.#watchers.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#watchers.delete(key);
    };
  }

  /** Refuses new calls, lets running turns end for `drainMs` at most, and leaves what is pending for the next start. */
  async stop(drainMs: number = DRAIN_MS): Promise<void> {
    this.#stopped = true;
    this.#alarms.stop();
    const { clock } = this.#options;
    await new Promise<void>(resolve => {
      const cancel = clock.after(drainMs, () => {
        this.#log.warn("turns do not end and are left", { after_ms: drainMs });
        resolve();
      });
      void Promise.allSettled([...this.#active.values()].map(({ activation }) => activation.stop())).then(
        () => {
          cancel();
          resolve();
        },
      );
    });
    this.crash();
  }

  /** Forgets everything in memory at once, as a killed process does; what still runs can change nothing any more. */
  crash(): void {
    this.#stopped = true;
    this.#alarms.stop();
    for (const { host } of this.#active.values()) host.kill();
    this.#active.clear();
    for (const giveUp of this.#waiting) giveUp();
  }

  /** The answer, or a refusal when the system is forgotten before: no caller waits for an actor that is gone. */
  #unlessCrashed(answer: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(stopped());
      this.#waiting.add(giveUp);
      answer.then(resolve, reject).finally(() => this.#waiting.delete(giveUp));
    });
  }

  #activate(ref: ActorRef): Entry {
    const key = refKey(ref);
    const known = this.#active.get(key);
    if (known !== undefined) {
      // Moved to the end: the first in the map is the longest unused.
      this.#active.delete(key);
      this.#active.set(key, known);
      return known;
    }
    const actorClass = this.#classes.get(ref.kind);
    if (actorClass === undefined) {
      throw unknownKind(ref.kind);
    }
    checkName(ref.name);
    const { kernel, clock, random, storage, beads } = this.#options;
    const host = new LocalHost({
      ref: { kind: ref.kind, name: ref.name },
      clock,
      random,
      storage: storage.open(ref),
      beads: beads?.(ref),
      route: (to, method, args, meta) => this.route(to, method, args, meta),
      publish: event => this.#publish(key, event),
      armed: at => this.#alarms.set(host.ref, at),
    });
    const entry = { activation: new Activation(host, actorClass, { ...kernel, log: this.#log }), host };
    this.#active.set(key, entry);
    return entry;
  }

  /** Lets go of this activation on a host that evicts always, and of the longest unused ones beyond the limit. */
  #used(key: string): void {
    const limit = this.#options.maxActivations ?? MAX_ACTIVATIONS;
    if (this.#options.kernel?.evictAlways) this.#evict(key);
    if (this.#active.size <= limit) return;
    for (const candidate of [...this.#active.keys()]) {
      if (this.#active.size <= limit) return;
      this.#evict(candidate);
    }
  }

  #evict(key: string): void {
    const entry = this.#active.get(key);
    if (entry === undefined || !entry.activation.idle || this.#firing.has(key)) return;
    entry.host.kill();
    this.#active.delete(key);
  }

  async #alarm(ref: ActorRef): Promise<void> {
    const key = refKey(ref);
    const { clock } = this.#options;
    if (this.#stopped) return;
    if (this.#firing.has(key)) {
      this.#alarms.set(ref, clock.now() + ALARM_RETRY_MS);
      return;
    }
    this.#firing.add(key);
    try {
      await this.#activate(ref).activation.alarm();
    } catch (error) {
      this.#log.error("alarm failed", { actor: key, error });
      if (!this.#stopped) this.#alarms.set(ref, clock.now() + ALARM_RETRY_MS);
    } finally {
      this.#firing.delete(key);
      this.#used(key);
    }
  }

  async #callPort(port: Port, to: ActorRef, method: string, args: unknown, meta: CallMeta): Promise<unknown> {
    this.#portCalls += 1;
    try {
      return await port.call(to.name, method, args, meta);
    } catch (error) {
      throw unexpected(error, { key: refKey(to), method, log: this.#log, random: this.#options.random() });
    } finally {
      this.#portCalls -= 1;
    }
  }

  #publish(key: string, event: unknown): void {
    for (const listener of this.#watchers.get(key) ?? []) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error("watcher failed", { actor: key, error });
      }
    }
  }
}

function stopped(): AppError {
  return new AppError("unavailable", "The host is being stopped.", { retryable: true });
}
