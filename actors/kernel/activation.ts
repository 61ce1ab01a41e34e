/**
 * One actor in memory: runs its turns, its timers and its outbox on a host.
 * `call` and `alarm` are the only entries that a host uses.
 */
import { AppError } from "../../store/schema/errors.ts";
import type { ActorClass } from "./actor.ts";
import { backoff } from "./clock.ts";
import { Deliveries } from "./deliveries.ts";
import type { CallMeta, Host } from "./host.ts";
import { MAILBOX_CAPACITY, MAX_STRIKES } from "./limits.ts";
import { type Logger, noopLogger } from "./logger.ts";
import { Mailbox } from "./mailbox.ts";
import { receivedKey } from "./outbox.ts";
import { dueTimers, type Timer } from "./timers.ts";
import { Together } from "./together.ts";
import { callCycle } from "./turn.ts";
import { type Job, stopping, TurnRunner } from "./turn-runner.ts";

const RETRY_BASE_MS = 1_000;
const RETRY_MAX_MS = 5 * 60_000;

export interface KernelOptions {
  readonly log?: Logger;
  /** Calls that may wait. Default 1000. */
  readonly mailboxCapacity?: number;
  /** Limit of turns that timers and messages start. Default 60 seconds. */
  readonly turnTimeoutMs?: number;
  /** Failures after which a timer or a message is given up. Default 10. */
  readonly maxStrikes?: number;
  /** First pause before a failed timer or message is tried again; doubles up to five minutes. Default 1000. */
  readonly retryBaseMs?: number;
  /** Forget the instance after every turn: what works so is safe on hosts that evict at any time. */
  readonly evictAlways?: boolean;
}

export class Activation {
  readonly #host: Host;
  readonly #options: KernelOptions;
  readonly #log: Logger;
  readonly #mailbox: Mailbox;
  readonly #runner: TurnRunner;
  readonly #deliveries: Deliveries;
  readonly #together: Together;
  readonly #class: ActorClass;

  constructor(host: Host, actorClass: ActorClass, options: KernelOptions = {}) {
    this.#host = host;
    this.#options = options;
    const log = (options.log ?? noopLogger).child({ actor: `${host.ref.kind}:${host.ref.name}` });
    this.#log = log;
    this.#runner = new TurnRunner(host, actorClass, log, options, () => this.#deliveries.kick());
    this.#class = actorClass;
    const name = this.#runner.key;
    const capacity = options.mailboxCapacity ?? MAILBOX_CAPACITY;
    this.#mailbox = new Mailbox({ name, capacity, clock: host });
    this.#together = new Together({
      name,
      mailbox: this.#mailbox,
      capacity,
      clock: host,
      known: job => this.#known(job),
      alone: job => this.#turn(job),
      shared: jobs => this.#sharedTurn(jobs),
    });
    this.#deliveries = new Deliveries({
      host,
      runner: () => this.#runner,
      mailbox: this.#mailbox,
      log,
      maxStrikes: this.#maxStrikes,
      pause: strikes => this.#pause(strikes),
    });
  }

  /** True when nothing runs, waits or is being delivered: the host may forget this activation. */
  get idle(): boolean {
    return this.#mailbox.idle && this.#deliveries.idle;
  }

  /**
   * Runs a method as a turn and answers when its effects are durable.
   * @throws {AppError} method_not_allowed, invalid_argument, too_large, call_cycle, overloaded, deadline_exceeded,
   * unavailable while stopping, `internal` for what is not an AppError, and what the method throws
   */
  async call(method: string, args: unknown, meta: CallMeta): Promise<unknown> {
    const { key, stopped } = this.#runner;
    if (stopped) throw stopping(key);
    if (meta.chain.includes(key)) throw callCycle(this.#host.ref, meta.chain);
    const run = this.#runner.outerMethod(method, args);
    const { from, seq } = meta;
    if (from === undefined || seq === undefined) {
      return this.#mailbox.call(() => this.#turn({ method, run, meta }), meta.deadline, true);
    }
    const job: Job = { method, run, meta, received: [{ from, seq }] };
    if (this.#class.shares?.(method, args) === true) return this.#together.call(job);
    return this.#mailbox.call(() => this.#turn(job), meta.deadline, false);
  }

  /**
   * Fires what is due, each timer as a turn of its own, and delivers what is undelivered. May come early, late or twice.
   * @throws {AppError} storage_full, storage_io when the next alarm could not be stored; the host tries again
   */
  async alarm(): Promise<void> {
    if (this.#runner.stopped) return;
    const due = await this.#mailbox.internal(async () => {
      const rows = await this.#runner.load();
      rows.alarmFired();
      return dueTimers(rows.timers, this.#host.now());
    });
    for (const id of due) await this.#mailbox.internal(() => this.#fire(id));
    await this.#mailbox.internal(async () => {
      const rows = await this.#runner.load();
      if (rows.mustArm && !this.#runner.stopped) await this.#runner.commit({});
    });
    this.#deliveries.kick();
  }

  /** Refuses new turns, ends deliveries, and resolves when the running turn has ended. */
  async stop(): Promise<void> {
    this.#runner.stop();
    this.#deliveries.stop();
    await this.#mailbox.internal(async () => undefined);
  }

  /** One turn; the second delivery of a message is answered as the first was, without one. */
  async #turn(job: Job): Promise<unknown> {
    const before = await this.#known(job);
    if (before !== undefined) return before.value;
    const value = await this.#runner.turn(job);
    this.#deliveries.kick();
    return value;
  }

  /** What a message was answered that was taken before; undefined for a new one. */
  async #known({ received }: Job): Promise<{ readonly value: unknown } | undefined> {
    const [message] = received ?? [];
    if (message === undefined) return undefined;
    const stored = await this.#host.get(receivedKey(message.from));
    const last: { seq: number; value?: unknown } | undefined = stored && JSON.parse(stored);
    if (last === undefined || message.seq > last.seq) return undefined;
    return { value: message.seq === last.seq ? last.value : undefined };
  }

  async #sharedTurn(jobs: readonly Job[]): Promise<readonly unknown[]> {
    const answers = await this.#runner.turn({
      method: [...new Set(jobs.map(({ method }) => method))].join(", "),
      meta: this.#runner.ownMeta(),
      received: jobs.flatMap(({ received }) => received ?? []),
      async run(actor, scope) {
        const values: unknown[] = [];
        for (const [i, job] of jobs.entries()) {
          scope.others = { all: jobs.length - 1, after: jobs.length - 1 - i };
          values.push((await job.run(actor, scope)) ?? null);
        }
        return values;
      },
    });
    this.#deliveries.kick();
    return Array.isArray(answers) ? answers : [];
  }

  async #fire(id: string): Promise<void> {
    const runner = this.#runner;
    const timer = (await runner.load()).timers.get(id);
    if (timer === undefined || timer.parked !== undefined || timer.at > this.#host.now() || runner.stopped)
      return;
    try {
      const run = runner.ownMethod(timer.method, timer.args);
      await this.#turn({ method: timer.method, run, meta: runner.ownMeta(), timer: id });
    } catch (error) {
      if (!runner.stopped) await this.#strike(id, timer, AppError.from(error));
    }
  }

  async #strike(id: string, timer: Timer, error: AppError): Promise<void> {
    const strikes = (timer.strikes ?? 0) + 1;
    const parked = strikes >= this.#maxStrikes;
    const { method } = timer;
    this.#log.warn(parked ? "timer given up" : "timer failed", { timer: id, method, strikes, error });
    const next: Timer = {
      ...timer,
      at: this.#host.now() + this.#pause(strikes),
      strikes,
      ...(parked ? { parked: `${error.code}: ${error.message}` } : {}),
    };
    await this.#runner.commit({ timers: new Map([[id, next]]) });
    if (!parked) return;
    this.#host.publish({ type: "kernel.timer_parked", timer: id, method, strikes, error: error.toJSON() });
  }

  get #maxStrikes(): number {
    return this.#options.maxStrikes ?? MAX_STRIKES;
  }

  #pause(strikes: number): number {
    const base = this.#options.retryBaseMs ?? RETRY_BASE_MS;
    return backoff(strikes, base, RETRY_MAX_MS, this.#host.random());
  }
}
