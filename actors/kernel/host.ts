/**
 * The whole porting surface of the actor system: what a host supplies for one activation of one actor.
 * A host is small: storage with one alarm, a way to reach other actors, a clock. Everything else is the kernel's.
 */
import type { BeadStore, BeadTx } from "../../store/api.ts";
import type { Clock } from "./clock.ts";

/** Address of an actor: unique per deployment, never reused for another purpose. */
export interface ActorRef {
  /** e.g. "town", "agent", "container", "user"; or the kind of a port of the host, e.g. "sandbox". */
  readonly kind: string;
  /** Lower case letters, digits and `-._/`, at most 200 characters. */
  readonly name: string;
}

/** `kind:name`, the form used in keys, logs and call chains. */
export function refKey(ref: ActorRef): string {
  return `${ref.kind}:${ref.name}`;
}

/** Travels with every call. */
export interface CallMeta {
  /** Keys of the actors that wait for this call, outermost first; a callee in it is refused with `call_cycle`. */
  readonly chain: readonly string[];
  /** Epoch milliseconds after which nobody waits for the answer. */
  readonly deadline: number;
  /** Sender and sequence number of a one-way message, by which a second delivery is recognised. */
  readonly from?: string;
  readonly seq?: number;
}

/** All that one turn changed; applied whole or not at all. */
export interface Changes {
  /** JSON texts of at most 128 KiB, by key of at most 512 bytes. */
  readonly put: ReadonlyMap<string, string>;
  readonly delete: ReadonlySet<string>;
  /** Next wake-up in epoch milliseconds, null for none, undefined for no change. */
  readonly alarm?: number | null;
  /** The unit of work on beads, committed to the branch before the storage of the actor. */
  readonly beads?: BeadTx;
}

/**
 * What a host supplies for one activation. For its part the host owes the activation: at most one of them per actor at
 * any time, every `call` and a durable `alarm()` at or after the time last committed (early or twice does no harm).
 */
export interface Host extends Clock {
  readonly ref: ActorRef;
  /** A stored JSON text, undefined when absent. */
  get(key: string): Promise<string | undefined>;
  /** Stored pairs whose key starts with the prefix, in key order (by code unit). */
  list(prefix: string): Promise<[string, string][]>;
  /**
   * Atomic; resolves when durable, rejects having applied nothing of the storage.
   * @throws {AppError} conflict when the beads were changed by somebody else; storage_full, storage_io
   */
  commit(changes: Changes): Promise<void>;
  /** Calls another actor, or a port of the host, and waits for its answer. @throws {AppError} not_found for an unknown kind */
  call(to: ActorRef, method: string, args: unknown, meta: CallMeta): Promise<unknown>;
  /** Best effort, to whoever watches this actor now. */
  publish(event: unknown): void;
  /** In [0, 1); seeded where a run must be repeatable. */
  random(): number;
  /** The beads of this actor, for the actors that own some. */
  readonly beads?: BeadStore;
}

/**
 * A part of the host that actors reach by `call` and `send` like an actor: processes, git, notifications.
 * Calls must be idempotent: a message can arrive twice. What takes long is sent with `onReply`, so that no turn waits.
 */
export interface Port {
  call(name: string, method: string, args: unknown, meta: CallMeta): Promise<unknown>;
}
