/** What an actor is: a class with an allow-list of methods, given one Turn at a time. */
import type { z } from "zod";
import type { BeadStore, BeadTx, Origin } from "../../store/api.ts";
import type { ErrorShape } from "../../store/schema/errors.ts";
import type { ActorRef } from "./host.ts";

/** How a one-way message ended, as its sender's `onReply` method is told. */
export type Reply =
  | { readonly ok: true; readonly value?: unknown; readonly context?: unknown }
  | { readonly ok: false; readonly error: ErrorShape; readonly context?: unknown };

/** Options of a one-way message. */
export interface SendOptions {
  /**
   * Method of the sender that is called with a {@link Reply} when the receiver answered or the message was given up.
   * Removing the message and the effect of that turn are one commit: the reply takes effect once.
   */
  readonly onReply?: string;
  /** Comes back in the reply; a JSON value. */
  readonly context?: unknown;
}

/** What actor code sees during one turn. Reads see the turn's own writes; nothing leaves before the turn ends well. */
export interface Turn {
  readonly ref: ActorRef;
  /** Epoch milliseconds; the same throughout the turn. */
  readonly now: number;
  /** Other messages that this turn handles, in all and after this one: what is needed once can wait for the last. */
  readonly others: { readonly all: number; readonly after: number };
  random(): number;
  get<T>(key: string): Promise<T | undefined>;
  list<T>(prefix: string): Promise<[string, T][]>;
  /** @throws {AppError} too_large beyond 128 KiB of JSON, or a key of 512 bytes; invalid_argument for a key that begins with $ */
  set(key: string, value: unknown): void;
  delete(key: string): void;
  /** Arms (or re-arms) the timer `id` to call `method` with `args` at `at`, epoch ms. Survives restarts. */
  schedule(id: string, at: number, method: string, args?: unknown): void;
  unschedule(id: string): void;
  /** When the timer `id` goes off, epoch ms; undefined when it is not armed. */
  armed(id: string): number | undefined;
  /**
   * Calls down the tree and waits, no longer than the deadline of this turn.
   * @throws {AppError} call_cycle, deadline_exceeded, overloaded, and what the callee throws
   */
  call<T>(to: ActorRef, method: string, args?: unknown): Promise<T>;
  /** One-way, with this turn's commit; delivered at least once, in order per receiver, and taking effect once. */
  send(to: ActorRef, method: string, args?: unknown, options?: SendOptions): void;
  /** To whoever watches, after the commit; at most 64 KiB of JSON. */
  publish(event: unknown): void;
  /**
   * The unit of work on beads of this turn; begun at first use, whose `origin` counts (default: the actor's own name).
   * When somebody else changed the same beads meanwhile, the whole turn runs again on a fresh instance.
   * @throws {AppError} not_supported for an actor without beads
   */
  beads(origin?: Partial<Origin>): Promise<BeadTx>;
  /**
   * The beads as last committed, for what a unit of work cannot answer: partial ids, history, what is blocked.
   * For reading only. @throws {AppError} not_supported for an actor without beads
   */
  committedBeads(): BeadReader;
}

/** The reading half of a {@link BeadStore}. */
export type BeadReader = Pick<
  BeadStore,
  "prefixes" | "get" | "query" | "ready" | "blocked" | "dependents" | "resolve" | "events" | "counts" | "past"
>;

/** Method name -> schema of its one argument. What is not here cannot be called from outside. */
export type Methods = Readonly<Record<string, z.ZodType>>;

/** The class side of an actor. */
export interface ActorClass {
  readonly kind: string;
  readonly methods: Methods;
  /** Methods for the actor's own timers and replies only; these may use the ones in `methods` too. */
  readonly internal?: Methods;
  /** True for messages of which several may be handled in one turn, whoever sent them; see `Turn.others`. */
  readonly shares?: (method: string, args: unknown) => boolean;
  new (turn: () => Turn): Actor;
}

/**
 * Base of all actors. Fields are a cache that may vanish after any turn; what must last goes through the turn.
 * Each method in `static methods` takes one argument, already parsed, and may answer a JSON value.
 */
export abstract class Actor {
  readonly #turn: () => Turn;

  constructor(turn: () => Turn) {
    this.#turn = turn;
  }

  /** The turn being run; only valid inside a method. */
  protected get turn(): Turn {
    return this.#turn();
  }

  /** Runs inside the first turn after activation; a failure is the caller's, and the next call tries again. */
  async onWake(): Promise<void> {
    return;
  }

  /**
   * Runs as a turn of its own when a message without `onReply` was given up: refused for good, or failed too often.
   * The message is gone afterwards.
   */
  async onUndelivered(
    _message: { to: ActorRef; method: string; args: unknown },
    _error: ErrorShape,
  ): Promise<void> {
    return;
  }
}
