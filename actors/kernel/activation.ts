/**
 * One actor in memory: runs its turns, its timers and its outbox on a host.
 * `call` and `alarm` are the only entries that a host uses.
 */
import { AppError, hasCode } from "../../store/schema/errors.ts";
import type { Actor, ActorClass, Methods, Reply } from "./actor.ts";
import { backoff } from "./clock.ts";
import { isRefusal, isTransient, notAllowed, parseArgs, unexpected } from "./failures.ts";
import { type CallMeta, type Host, refKey } from "./host.ts";
import { Ledger } from "./ledger.ts";
import {
  DELIVERY_TIMEOUT_MS,
  jsonCopy,
  MAILBOX_CAPACITY,
  MAX_ARGS_BYTES,
  MAX_CONFLICT_RUNS,
  MAX_STRIKES,
  TURN_TIMEOUT_MS,
} from "./limits.ts";
import { type Logger, noopLogger } from "./logger.ts";
import { Mailbox } from "./mailbox.ts";
import { type Delivery, type Message, type Messages, OutboxPump, receivedKey } from "./outbox.ts";
import { dueTimers, type Timer } from "./timers.ts";
import { callCycle, TurnScope, withDeadline } from "./turn.ts";

const RETRY_BASE_MS = 1_000;
const RETRY_MAX_MS = 5 * 60_000;
const NO_MESSAGES: Messages = new Map();

export interface KernelOptions {
  readonly log?: Logger;
  readonly mailboxCapacity?: number;
  readonly turnTimeoutMs?: number;
  readonly maxStrikes?: number;
  /** First pause before a failed timer or message is tried again; doubles up to five minutes. Default 1000. */
  readonly retryBaseMs?: number;
  /** Forget the instance after every turn: what works so is safe on hosts that evict at any time. */
  readonly evictAlways?: boolean;
}

/** One turn to be run: a method with its parsed argument, and what its commit does besides. */
interface Job {
  readonly method: string;
  readonly run: (actor: Actor) => unknown;
  readonly meta: CallMeta;
  /** The timer that this turn is the firing of; it is gone with the commit, unless armed again. */
  readonly timer?: string;
  /** The message that this turn is the end of. */
  readonly message?: number;
}

interface Instance {
  readonly actor: Actor;
  readonly holder: { turn: TurnScope };
  awake: boolean;
}

export class Activation {
  readonly #host: Host;
  readonly #class: ActorClass;
  readonly #key: string;
  readonly #options: KernelOptions;
  readonly #log: Logger;
  readonly #mailbox: Mailbox;
  readonly #pump: OutboxPump;
  #instance: Instance | undefined;
  #ledger: Ledger | undefined;
  #flushing = false;
  #stopped = false;

  constructor(host: Host, actorClass: ActorClass, options: KernelOptions = {}) {
    this.#host = host;
    this.#class = actorClass;
    this.#key = refKey(host.ref);
    this.#options = options;
    this.#log = (options.log ?? noopLogger).child({ actor: this.#key });
    this.#mailbox = new Mailbox({
      name: this.#key,
      capacity: options.mailboxCapacity ?? MAILBOX_CAPACITY,
      clock: host,
    });
    this.#pump = new OutboxPump({
      messages: () => this.#ledger?.messages ?? NO_MESSAGES,
      deliver: message => this.#deliver(message),
      settle: (message, outcome) => this.#settle(message, outcome),
      now: () => host.now(),
    });
  }

  /** True when nothing runs, waits or is being delivered: the host may forget this activation. */
  get idle(): boolean {
    return (
      this.#mailbox.idle && this.#pump.idle && !this.#flushing && (this.#ledger?.delivered.size ?? 0) === 0
    );
  }

  /**
   * Runs a method as a turn and answers when its effects are durable.
   * @throws {AppError} method_not_allowed, invalid_argument, too_large, call_cycle, overloaded, deadline_exceeded,
   * unavailable while stopping, `internal` for what is not an AppError, and what the method throws
   */
  async call(method: string, args: unknown, meta: CallMeta): Promise<unknown> {
    if (this.#stopped) throw stopping(this.#key);
    if (meta.chain.includes(this.#key)) throw callCycle(this.#host.ref, meta.chain);
    const run = this.#method(this.#class.methods, method, args);
    const { from, seq } = meta;
    if (from !== undefined && seq !== undefined) {
      return this.#mailbox.call(() => this.#receive({ method, run, meta }, from, seq), meta.deadline);
    }
    return this.#mailbox.call(() => this.#turn({ method, run, meta }), meta.deadline);
  }

  /**
   * Fires what is due, each timer as a turn of its own, and delivers what is undelivered. May come early, late or twice.
   * @throws {AppError} storage_full, storage_io when the next alarm could not be stored; the host tries again
   */
  async alarm(): Promise<void> {
    if (this.#stopped) return;
    const due = await this.#mailbox.internal(async () => {
      const ledger = await this.#load();
      ledger.alarmFired();
      return dueTimers(ledger.timers, this.#host.now());
    });
    for (const id of due) await this.#mailbox.internal(() => this.#fire(id));
    await this.#mailbox.internal(async () => {
      const ledger = await this.#load();
      if (ledger.mustArm && !this.#stopped) await this.#commit(ledger, {});
    });
    this.#pump.kick();
  }

  /** Refuses new turns, ends deliveries, and resolves when the running turn has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#pump.stop();
    await this.#mailbox.internal(async () => undefined);
  }

  /** A message of another actor: the second delivery of a number is answered as the first was, without a turn. */
  async #receive(job: Job, from: string, seq: number): Promise<unknown> {
    const stored = await this.#host.get(receivedKey(from));
    const last: { seq: number; value?: unknown } | undefined = stored && JSON.parse(stored);
    if (last !== undefined && seq <= last.seq) return seq === last.seq ? last.value : undefined;
    return this.#turn(job, { from, seq });
  }

  /** Runs the turn, again from the start on a fresh instance when its beads were changed by somebody else. */
  async #turn(job: Job, received?: { from: string; seq: number }): Promise<unknown> {
    for (let run = 1; ; run++) {
      if (this.#stopped) throw stopping(this.#key);
      const outcome = await this.#attempt(job, received);
      if (!("conflict" in outcome)) return outcome.value;
      if (run >= MAX_CONFLICT_RUNS || this.#host.now() >= job.meta.deadline) throw outcome.conflict;
      this.#log.debug("turn runs again after a conflict", { method: job.method, run });
    }
  }

  async #attempt(
    job: Job,
    received?: { from: string; seq: number },
  ): Promise<{ value: unknown } | { conflict: AppError }> {
    const ledger = await this.#load();
    const limit = this.#host.now() + (this.#options.turnTimeoutMs ?? TURN_TIMEOUT_MS);
    const owned = received === undefined && job.timer === undefined && job.message === undefined;
    const meta = owned ? job.meta : { ...job.meta, deadline: Math.min(job.meta.deadline, limit) };
    const scope = new TurnScope(this.#host, ledger.timers, meta);
    if (job.timer !== undefined) scope.effects.timers.set(job.timer, null);
    let value: unknown;
    try {
      const answer = await withDeadline(this.#host, this.#body(scope, job), meta.deadline, () =>
        tooSlow(this.#key, job.method),
      );
      value = jsonCopy(answer, `The answer of ${job.method}`, MAX_ARGS_BYTES);
      scope.end(over(this.#key, job.method));
    } catch (error) {
      const reason = this.#failure(error, job.method);
      scope.end(hasCode(reason, "deadline_exceeded") ? reason : over(this.#key, job.method));
      this.#instance = undefined;
      throw reason;
    }
    const { effects } = scope;
    if (received !== undefined) {
      const { from, seq } = received;
      effects.put.set(receivedKey(from), JSON.stringify({ seq, ...(fits(value) ? { value } : {}) }));
    }
    try {
      await this.#commit(ledger, {
        ...effects,
        ...(job.message === undefined ? {} : { messages: new Map([[job.message, null]]) }),
      });
    } catch (error) {
      if (hasCode(error, "conflict")) return { conflict: error };
      throw this.#failure(error, job.method);
    }
    for (const event of effects.events) this.#host.publish(event);
    if (this.#options.evictAlways) this.#instance = undefined;
    this.#pump.kick();
    return { value };
  }

  async #body(scope: TurnScope, job: Job): Promise<unknown> {
    this.#instance ??= this.#create(scope);
    const instance = this.#instance;
    instance.holder.turn = scope;
    if (!instance.awake) {
      await instance.actor.onWake();
      instance.awake = true;
    }
    return job.run(instance.actor);
  }

  /** Each instance has a holder of its own, so that what still runs of a dropped one never meets a later turn. */
  #create(scope: TurnScope): Instance {
    const holder = { turn: scope };
    return { actor: new this.#class(() => holder.turn), holder, awake: false };
  }

  #method(allowed: Methods, method: string, args: unknown): (actor: Actor) => unknown {
    const schema = Object.hasOwn(allowed, method) ? allowed[method] : undefined;
    if (schema === undefined) throw notAllowed(this.#key, method);
    const parsed = parseArgs(
      schema,
      jsonCopy(args, `The argument of ${method}`, MAX_ARGS_BYTES),
      this.#key,
      method,
    );
    return actor => {
      const fn: unknown = Reflect.get(actor, method);
      if (typeof fn !== "function") throw notAllowed(this.#key, method);
      return Reflect.apply(fn, actor, [parsed]);
    };
  }

  /** A method that the actor calls itself, by timer or as a reply. */
  #ownMethod(method: string, args: unknown): (actor: Actor) => unknown {
    return this.#method({ ...this.#class.methods, ...this.#class.internal }, method, args);
  }

  async #load(): Promise<Ledger> {
    const loaded = this.#ledger;
    if (loaded !== undefined) return loaded;
    const ledger = await Ledger.load(this.#host);
    this.#ledger = ledger;
    this.#pump.kick();
    return ledger;
  }

  /** After a failed commit nothing in memory is trusted any more. */
  async #commit(ledger: Ledger, draft: Parameters<Ledger["commit"]>[0]): Promise<void> {
    try {
      await ledger.commit(draft);
    } catch (error) {
      this.#instance = undefined;
      this.#ledger = undefined;
      throw error;
    }
  }

  async #fire(id: string): Promise<void> {
    const timer = (await this.#load()).timers.get(id);
    if (timer === undefined || timer.parked !== undefined || timer.at > this.#host.now() || this.#stopped)
      return;
    try {
      const run = this.#ownMethod(timer.method, timer.args);
      await this.#turn({ method: timer.method, run, meta: this.#ownMeta(), timer: id });
    } catch (error) {
      if (!this.#stopped) await this.#strikeTimer(id, timer, AppError.from(error));
    }
  }

  async #strikeTimer(id: string, timer: Timer, error: AppError): Promise<void> {
    const strikes = (timer.strikes ?? 0) + 1;
    const parked = strikes >= (this.#options.maxStrikes ?? MAX_STRIKES);
    const at = this.#host.now() + this.#pause(strikes);
    const next: Timer = {
      ...timer,
      at,
      strikes,
      ...(parked ? { parked: `${error.code}: ${error.message}` } : {}),
    };
    this.#log.warn(parked ? "timer given up" : "timer failed", {
      timer: id,
      method: timer.method,
      strikes,
      error,
    });
    await this.#commit(await this.#load(), { timers: new Map([[id, next]]) });
    if (!parked) return;
    this.#host.publish({
      type: "kernel.timer_parked",
      timer: id,
      method: timer.method,
      strikes,
      error: error.toJSON(),
    });
  }

  #deliver(message: Message): Promise<unknown> {
    const deadline = this.#host.now() + DELIVERY_TIMEOUT_MS;
    const meta: CallMeta = { chain: [], deadline, from: this.#key, seq: message.seq };
    return withDeadline(
      this.#host,
      this.#host.call(message.to, message.method, message.args, meta),
      deadline,
      () => tooSlow(refKey(message.to), message.method),
    );
  }

  /** Never rejects: a failure here leaves the message where it is, to be delivered again. */
  #settle(message: Message, outcome: Delivery): Promise<void> {
    return this.#mailbox.internal(async () => {
      try {
        const ledger = await this.#load();
        if (!ledger.messages.has(message.seq) || this.#stopped) return;
        if (outcome.ok && message.onReply === undefined) {
          ledger.markDelivered(message.seq);
          this.#flushSoon();
        } else if (outcome.ok) {
          await this.#finish(message, { ok: true, value: outcome.value });
        } else {
          await this.#undelivered(message, AppError.from(outcome.error));
        }
      } catch (error) {
        this.#log.warn("outcome of a message was not recorded", { seq: message.seq, to: message.to, error });
        await this.#strikeMessage(message, AppError.from(error));
      }
    });
  }

  async #undelivered(message: Message, error: AppError): Promise<void> {
    const strikes = (message.strikes ?? 0) + 1;
    const asks = message.onReply !== undefined;
    const hopeless = isRefusal(error) || asks || strikes >= (this.#options.maxStrikes ?? MAX_STRIKES);
    if (isTransient(error, asks) || !hopeless) return this.#strikeMessage(message, error);
    return this.#finish(message, { ok: false, error: error.toJSON() });
  }

  /** The last turn of a message: the sender hears how it ended, and its row goes with that commit. */
  async #finish(message: Message, reply: Reply): Promise<void> {
    const { seq, onReply } = message;
    const meta = this.#ownMeta();
    if (onReply !== undefined) {
      const context = message.context === undefined ? {} : { context: message.context };
      const run = this.#ownMethod(onReply, { ...reply, ...context });
      await this.#turn({ method: onReply, run, meta, message: seq });
    } else if (!reply.ok) {
      const { to, method, args } = message;
      this.#log.warn("message given up", { to, method, error: reply.error });
      const run = (actor: Actor) => actor.onUndelivered({ to, method, args }, reply.error);
      await this.#turn({ method: "onUndelivered", run, meta, message: seq });
      this.#host.publish({ type: "kernel.message_parked", to, method, error: reply.error });
    }
  }

  /** Sets the next attempt; a message whose own end fails for good is dropped in the end, with an event. */
  async #strikeMessage(message: Message, error: AppError): Promise<void> {
    const strikes = (message.strikes ?? 0) + 1;
    const { to, method, seq } = message;
    const gone = strikes >= 2 * (this.#options.maxStrikes ?? MAX_STRIKES) && !isTransient(error, false);
    const notBefore = this.#host.now() + this.#pause(strikes);
    this.#log.warn(gone ? "message dropped" : "message not delivered", { to, method, strikes, error });
    try {
      const next = gone ? null : { ...message, strikes, notBefore };
      await this.#commit(await this.#load(), { messages: new Map([[seq, next]]) });
      if (gone) this.#host.publish({ type: "kernel.message_parked", to, method, error: error.toJSON() });
    } catch (cause) {
      // The durable alarm of the message is still armed; until then the pump leaves the receiver alone.
      this.#log.error("outbox could not be written", { error: cause });
    }
  }

  /** Removes the rows of delivered messages, unless a turn's commit does it first. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    void this.#mailbox.internal(async () => {
      this.#flushing = false;
      const ledger = this.#ledger;
      if (ledger === undefined || ledger.delivered.size === 0 || this.#stopped) return;
      try {
        await this.#commit(ledger, {});
      } catch (error) {
        this.#log.error("delivered messages could not be removed", { error });
      }
    });
  }

  #pause(strikes: number): number {
    return backoff(strikes, this.#options.retryBaseMs ?? RETRY_BASE_MS, RETRY_MAX_MS, this.#host.random());
  }

  #ownMeta(): CallMeta {
    return { chain: [], deadline: this.#host.now() + (this.#options.turnTimeoutMs ?? TURN_TIMEOUT_MS) };
  }

  #failure(error: unknown, method: string): AppError {
    return unexpected(error, { key: this.#key, method, log: this.#log, random: this.#host.random() });
  }
}

function fits(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value).length < 32_768;
}

function stopping(key: string): AppError {
  return new AppError("unavailable", `${key} is being stopped.`, { retryable: true });
}

function over(key: string, method: string): AppError {
  return new AppError("internal", `${key} used the turn of ${method} after its end.`, {
    hint: "Await everything that a method starts.",
  });
}

function tooSlow(key: string, method: string): AppError {
  return new AppError(
    "deadline_exceeded",
    `${key} did not end ${method} before the deadline; nothing of it was kept.`,
    {
      retryable: true,
    },
  );
}
