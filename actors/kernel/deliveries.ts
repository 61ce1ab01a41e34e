/** The life of one-way messages after the commit that sent them: delivery, the reply to the sender, retries, the end. */
import { AppError } from "../../store/schema/errors.ts";
import type { Actor, Reply } from "./actor.ts";
import { isRefusal, isTransient } from "./failures.ts";
import { type CallMeta, type Host, refKey } from "./host.ts";
import { DELIVERY_TIMEOUT_MS } from "./limits.ts";
import type { Logger } from "./logger.ts";
import type { Mailbox } from "./mailbox.ts";
import { type Delivery, type Message, type Messages, OutboxPump } from "./outbox.ts";
import { withDeadline } from "./turn.ts";
import { type TurnRunner, tooSlow } from "./turn-runner.ts";

const NO_MESSAGES: Messages = new Map();

export interface DeliveriesOptions {
  readonly host: Host;
  readonly runner: () => TurnRunner;
  readonly mailbox: Mailbox;
  readonly log: Logger;
  readonly maxStrikes: number;
  /** Pause in milliseconds before the attempt after so many failures. */
  readonly pause: (strikes: number) => number;
}

export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #pump: OutboxPump;
  #flushing = false;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    this.#pump = new OutboxPump({
      messages: () => options.runner().rows?.messages ?? NO_MESSAGES,
      deliver: message => this.#deliver(message),
      settle: (message, outcome) => options.mailbox.internal(() => this.#settle(message, outcome)),
      now: () => options.host.now(),
    });
  }

  /** True when no message is under way and no delivered one is still stored. */
  get idle(): boolean {
    return this.#pump.idle && !this.#flushing && (this.#options.runner().rows?.delivered.size ?? 0) === 0;
  }

  /** Starts what is due. */
  kick(): void {
    this.#pump.kick();
  }

  stop(): void {
    this.#pump.stop();
  }

  #deliver(message: Message): Promise<unknown> {
    const { host, runner } = this.#options;
    const { to, method, args, seq } = message;
    const deadline = host.now() + DELIVERY_TIMEOUT_MS;
    const meta: CallMeta = { chain: [], deadline, from: runner().key, seq };
    return withDeadline(host, host.call(to, method, args, meta), deadline, () => tooSlow(refKey(to), method));
  }

  /** Never rejects: a failure here leaves the message where it is, to be delivered again. */
  async #settle(message: Message, outcome: Delivery): Promise<void> {
    const runner = this.#options.runner();
    try {
      const rows = await runner.load();
      if (!rows.messages.has(message.seq) || runner.stopped) return;
      if (!outcome.ok) {
        await this.#undelivered(message, AppError.from(outcome.error));
      } else if (message.onReply === undefined) {
        rows.markDelivered(message.seq);
        this.#flushSoon();
      } else {
        await this.#finish(message, { ok: true, value: outcome.value });
      }
    } catch (error) {
      if (!runner.stopped) await this.#strike(message, AppError.from(error));
    }
    // The turn that heard the reply may have sent something to others.
    this.kick();
  }

  async #undelivered(message: Message, error: AppError): Promise<void> {
    const strikes = (message.strikes ?? 0) + 1;
    const asks = message.onReply !== undefined;
    if (isTransient(error, asks)) return this.#strike(message, error);
    const final = asks || isRefusal(error) || strikes >= this.#options.maxStrikes;
    if (!final) return this.#strike(message, error);
    return this.#finish(message, { ok: false, error: error.toJSON() });
  }

  /** The last turn of a message: the sender hears how it ended, and its row goes with that commit. */
  async #finish(message: Message, reply: Reply): Promise<void> {
    const { host, log } = this.#options;
    const runner = this.#options.runner();
    const { seq, onReply, to, method, args, context } = message;
    const meta = runner.ownMeta();
    if (onReply !== undefined) {
      const run = runner.ownMethod(onReply, { ...reply, ...(context === undefined ? {} : { context }) });
      await runner.turn({ method: onReply, run, meta, message: seq });
    } else if (!reply.ok) {
      log.warn("message given up", { to, method, error: reply.error });
      const run = (actor: Actor) => actor.onUndelivered({ to, method, args }, reply.error);
      await runner.turn({ method: "onUndelivered", run, meta, message: seq });
      host.publish({ type: "kernel.message_parked", to, method, error: reply.error });
    }
  }

  /** Sets the next attempt; a message whose own end keeps failing is dropped, with an event. */
  async #strike(message: Message, error: AppError): Promise<void> {
    const { host, log, maxStrikes, pause } = this.#options;
    const { to, method, seq } = message;
    const strikes = (message.strikes ?? 0) + 1;
    const gone = strikes >= 2 * maxStrikes && !isTransient(error, false);
    log.warn(gone ? "message dropped" : "message not delivered", { to, method, strikes, error });
    const next = gone ? null : { ...message, strikes, notBefore: host.now() + pause(strikes) };
    try {
      await this.#options.runner().commit({ messages: new Map([[seq, next]]) });
      if (gone) host.publish({ type: "kernel.message_parked", to, method, error: error.toJSON() });
    } catch (cause) {
      // The durable alarm for the message is still armed, and brings it back.
      this.#pump.hold(to, host.now() + pause(strikes));
      log.error("outbox could not be written", { error: cause });
    }
  }

  /** Removes the rows of delivered messages, unless a turn's commit does it first. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    void this.#options.mailbox.internal(async () => {
      this.#flushing = false;
      const runner = this.#options.runner();
      if (runner.stopped || (runner.rows?.delivered.size ?? 0) === 0) return;
      try {
        await runner.commit({});
      } catch (error) {
        this.#options.log.error("delivered messages could not be removed", { error });
      }
    });
  }
}
