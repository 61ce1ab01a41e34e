/** One turn's view: an overlay over the stored state, and everything that is to leave after the commit. */
import type { BeadTx, Origin } from "../../store/api.ts";
import { AppError } from "../../store/schema/errors.ts";
import type { BeadReader, SendOptions, Turn } from "./actor.ts";
import { type ActorRef, type CallMeta, type Host, refKey } from "./host.ts";
import { checkKey, jsonCopy, MAX_ARGS_BYTES, MAX_EVENT_BYTES, MAX_VALUE_BYTES, toJson } from "./limits.ts";
import type { NewMessage } from "./outbox.ts";
import { sameTimer, type Timer, type Timers } from "./timers.ts";

/** What a turn wants done when it ends well. */
export interface Effects {
  readonly put: Map<string, string>;
  readonly delete: Set<string>;
  /** Timers by id; null removes one. */
  readonly timers: Map<string, Timer | null>;
  readonly sends: NewMessage[];
  readonly events: unknown[];
  beads?: BeadTx;
}

export class TurnScope implements Turn {
  readonly now: number;
  others: Turn["others"] = { all: 0, after: 0 };
  readonly effects: Effects = {
    put: new Map(),
    delete: new Set(),
    timers: new Map(),
    sends: [],
    events: [],
  };
  readonly #host: Host;
  readonly #timers: Timers;
  readonly #meta: CallMeta;
  #over: AppError | undefined;
  #beads: Promise<BeadTx> | undefined;

  /** `meta.chain` is that of the callers; this actor is added for the calls that the turn makes. */
  constructor(host: Host, timers: Timers, meta: CallMeta) {
    this.#host = host;
    this.#timers = timers;
    this.#meta = meta;
    this.now = host.now();
  }

  get ref(): ActorRef {
    return this.#host.ref;
  }

  /** From now on every use of the turn throws `reason`: what still runs of it can change nothing any more. */
  end(reason: AppError): void {
    this.#over ??= reason;
  }

  random(): number {
    this.#alive();
    return this.#host.random();
  }

  async get<T>(key: string): Promise<T | undefined> {
    this.#alive();
    const { put, delete: deleted } = this.effects;
    const text = put.get(key) ?? (deleted.has(key) ? undefined : await this.#host.get(key));
    this.#alive();
    return text === undefined ? undefined : JSON.parse(text);
  }

  async list<T>(prefix: string): Promise<[string, T][]> {
    this.#alive();
    const texts = new Map(await this.#host.list(prefix));
    this.#alive();
    for (const key of this.effects.delete) texts.delete(key);
    for (const [key, text] of this.effects.put) if (key.startsWith(prefix)) texts.set(key, text);
    return [...texts]
      .filter(([key]) => !key.startsWith("$"))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, text]) => [key, JSON.parse(text)]);
  }

  set(key: string, value: unknown): void {
    this.#alive();
    checkKey(key);
    this.effects.put.set(key, toJson(value, `The value of "${key}"`, MAX_VALUE_BYTES));
    this.effects.delete.delete(key);
  }

  delete(key: string): void {
    this.#alive();
    checkKey(key);
    this.effects.put.delete(key);
    this.effects.delete.add(key);
  }

  schedule(id: string, at: number, method: string, args?: unknown): void {
    this.#alive();
    checkKey(id);
    if (!Number.isFinite(at)) {
      throw new AppError(
        "invalid_argument",
        `The timer "${id}" needs a time in epoch milliseconds, not ${at}.`,
      );
    }
    const timer: Timer = {
      at: Math.round(at),
      method,
      ...(args === undefined
        ? {}
        : { args: jsonCopy(args, `The argument of timer "${id}"`, MAX_VALUE_BYTES / 2) }),
    };
    const stored = this.#timers.get(id);
    // Arming a timer as it is armed already, as onWake does, must not cost a commit.
    if (stored !== undefined && sameTimer(stored, timer)) this.effects.timers.delete(id);
    else this.effects.timers.set(id, timer);
  }

  unschedule(id: string): void {
    this.#alive();
    if (this.#timers.get(id) === undefined) this.effects.timers.delete(id);
    else this.effects.timers.set(id, null);
  }

  armed(id: string): number | undefined {
    this.#alive();
    const own = this.effects.timers.get(id);
    return (own === undefined ? this.#timers.get(id) : own)?.at;
  }

  async call<T>(to: ActorRef, method: string, args?: unknown): Promise<T> {
    this.#alive();
    const chain = [...this.#meta.chain, refKey(this.ref)];
    if (chain.includes(refKey(to))) throw callCycle(to, chain);
    const copy = jsonCopy(args, `The argument of ${method}`, MAX_ARGS_BYTES);
    const { deadline } = this.#meta;
    const answer = await withDeadline(
      this.#host,
      this.#host.call(to, method, copy, { chain, deadline }),
      deadline,
      () => lateAnswer(to, method),
    );
    this.#alive();
    // SAFETY: the answer crossed as JSON; its shape is what the caller and the callee's schema agreed on.
    return jsonCopy(answer, `The answer of ${method}`, MAX_ARGS_BYTES) as T;
  }

  send(to: ActorRef, method: string, args?: unknown, options: SendOptions = {}): void {
    this.#alive();
    // A message is stored as one value, so its limit is that of a value.
    const copy = jsonCopy(args, `The argument of ${method}`, MAX_VALUE_BYTES - 4_096);
    const context = jsonCopy(options.context, "The context of a reply", MAX_VALUE_BYTES / 4);
    this.effects.sends.push({
      to: { kind: to.kind, name: to.name },
      method,
      ...(copy === undefined ? {} : { args: copy }),
      ...(options.onReply === undefined ? {} : { onReply: options.onReply }),
      ...(context === undefined ? {} : { context }),
    });
  }

  publish(event: unknown): void {
    this.#alive();
    this.effects.events.push(jsonCopy(event, "An event", MAX_EVENT_BYTES));
  }

  async beads(origin: Partial<Origin> = {}): Promise<BeadTx> {
    this.#alive();
    const store = this.#host.beads;
    if (store === undefined) {
      throw new AppError("not_supported", `${refKey(this.ref)} has no beads of its own.`);
    }
    this.#beads ??= store.begin({ actor: `${this.ref.kind}/${this.ref.name}`, ...origin });
    const tx = await this.#beads;
    this.#alive();
    this.effects.beads = tx;
    return tx;
  }

  committedBeads(): BeadReader {
    this.#alive();
    const store = this.#host.beads;
    if (store === undefined) {
      throw new AppError("not_supported", `${refKey(this.ref)} has no beads of its own.`);
    }
    return store;
  }

  #alive(): void {
    if (this.#over !== undefined) throw this.#over;
  }
}

/** @returns the refusal of a call to an actor that is waiting for the caller already */
export function callCycle(to: ActorRef, chain: readonly string[]): AppError {
  return new AppError(
    "call_cycle",
    `${refKey(to)} waits for this call already: ${[...chain, refKey(to)].join(" > ")}.`,
    {
      hint: "Calls go down the tree; use send for what goes up.",
      data: { chain: [...chain] },
    },
  );
}

function lateAnswer(to: ActorRef, method: string): AppError {
  return new AppError("deadline_exceeded", `${refKey(to)} did not answer ${method} before the deadline.`, {
    retryable: true,
  });
}

/** Settles as `work` does, or rejects with `late()` when the clock passes `deadline` before. */
export function withDeadline<T>(
  clock: Pick<Host, "now" | "after">,
  work: Promise<T>,
  deadline: number,
  late: () => AppError,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(deadline - clock.now(), () => reject(late()));
    work.then(
      value => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
