/**
 * The whole porting surface of the actor system: what a host supplies for one activation of one actor.
 * A host is small: storage, a way to reach other actors, a clock. Everything else is the kernel's.
 */
import type { BeadStore, BeadTx } from "../../store/api.ts";

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

/** A one-way message that leaves after the commit: at least once, in order per destination, recognised by `seq`. */
export interface OutboxMessage {
  readonly seq: number;
  readonly to: ActorRef;
  readonly method: string;
  readonly args: unknown;
}

/** All that one turn changed; applied whole or not at all. */
export interface Changes {
  /** JSON values of at most 128 KiB, by key. */
  readonly put: ReadonlyMap<string, unknown>;
  readonly delete: ReadonlySet<string>;
  /** Next wake-up in epoch milliseconds, null for none, undefined for no change. */
  readonly alarm?: number | null;
  /** The unit of work on beads, committed to the branch before the storage of the actor. */
  readonly beads?: BeadTx;
}

/** What a host supplies for one activation. */
export interface Host {
  readonly ref: ActorRef;
  /** A stored JSON value, undefined when absent. */
  get(key: string): Promise<unknown>;
  /** Stored pairs whose key starts with the prefix, in key order. */
  list(prefix: string): Promise<[string, unknown][]>;
  /** Atomic; resolves when durable, rejects having applied nothing. */
  commit(changes: Changes): Promise<void>;
  /** Calls another actor, or a port of the host, and waits for its answer. */
  call(to: ActorRef, method: string, args: unknown, meta: CallMeta): Promise<unknown>;
  /** Best effort, to whoever watches this actor now. */
  publish(event: unknown): void;
  /** Epoch milliseconds. */
  now(): number;
  /** In [0, 1); seeded where a run must be repeatable. */
  random(): number;
  /** The beads of this actor, for the actors that own some. */
  readonly beads?: BeadStore;
}

/**
 * A part of the host that actors reach by `call` and `send` like an actor: processes, git, notifications.
 * Calls must be idempotent: a message can arrive twice.
 */
export interface Port {
  call(name: string, method: string, args: unknown, meta: CallMeta): Promise<unknown>;
}
