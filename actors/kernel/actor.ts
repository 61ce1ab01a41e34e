/** What an actor is: a class with an allow-list of methods, given one Turn at a time. */
import type { z } from "zod";
import type { BeadTx } from "../../store/api.ts";
import type { ActorRef } from "./host.ts";

/** What actor code sees during one turn. Reads see the turn's own writes; nothing leaves before the turn ends well. */
export interface Turn {
  readonly ref: ActorRef;
  /** Epoch milliseconds; the same throughout the turn. */
  readonly now: number;
  random(): number;
  get<T>(key: string): Promise<T | undefined>;
  list<T>(prefix: string): Promise<[string, T][]>;
  set(key: string, value: unknown): void;
  delete(key: string): void;
  /** Arms (or re-arms) the timer `id` to call `method` with `args` at `at`, epoch ms. Survives restarts. */
  schedule(id: string, at: number, method: string, args?: unknown): void;
  unschedule(id: string): void;
  /** Calls down the tree and waits. @throws {AppError} call_cycle, deadline_exceeded, overloaded, and what the callee throws */
  call<T>(to: ActorRef, method: string, args?: unknown): Promise<T>;
  /** One-way, with this turn's commit; delivered at least once and taking effect once. */
  send(to: ActorRef, method: string, args?: unknown): void;
  /** To whoever watches, after the commit. */
  publish(event: unknown): void;
  /** The unit of work on beads of this turn; begun at first use. @throws {AppError} not_supported for an actor without beads */
  beads(): Promise<BeadTx>;
}

/** Method name -> schema of its one argument. What is not here cannot be called from outside. */
export type Methods = Readonly<Record<string, z.ZodType>>;

/** The class side of an actor. */
export interface ActorClass {
  readonly kind: string;
  readonly methods: Methods;
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
}
