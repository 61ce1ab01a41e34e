/**
 * The kernel's own rows of one actor (timers, outbox, alarm) as last committed, and what a commit makes of them.
 * A cache like everything in memory: after a failed commit it is read anew.
 */
import type { BeadTx } from "../../store/api.ts";
import { type Changes, type Host, refKey } from "./host.ts";
import { loadMessages, type Message, messageKey, type NewMessage, nextSeq, SEQ_KEY } from "./outbox.ts";
import { loadTimers, nextTimer, type Timer, timerKey } from "./timers.ts";

/** How soon an actor is woken again for messages that nobody is known to deliver; doubles while they stay. */
const OUTBOX_WAKE_MS = 2_000;
const OUTBOX_WAKE_MAX_MS = 60_000;

/** What one commit is to change. */
export interface Draft {
  readonly put?: ReadonlyMap<string, string>;
  readonly delete?: ReadonlySet<string>;
  readonly timers?: ReadonlyMap<string, Timer | null>;
  readonly sends?: readonly NewMessage[];
  /** Messages to be replaced, or removed with null, by number. */
  readonly messages?: ReadonlyMap<number, Message | null>;
  readonly beads?: BeadTx | undefined;
}

export class KernelRows {
  readonly #host: Host;
  timers: ReadonlyMap<string, Timer>;
  /** Without those that were delivered. */
  messages: ReadonlyMap<number, Message>;
  /** Numbers of delivered messages whose rows are still there; they go with the next commit. */
  readonly delivered = new Set<number>();
  #seq: number | undefined;
  /** The alarm as the host has it; undefined when not known. */
  #alarm: number | null | undefined;
  /** When to look after the outbox again if nothing else happens. */
  #outboxWakeAt: number;
  #outboxWait = OUTBOX_WAKE_MS;
  /** True when the alarm must be written even if nothing else is. */
  mustArm: boolean;

  private constructor(
    host: Host,
    timers: ReadonlyMap<string, Timer>,
    messages: ReadonlyMap<number, Message>,
    seq: number | undefined,
  ) {
    this.#host = host;
    this.timers = timers;
    this.messages = messages;
    this.#seq = seq;
    const now = host.now();
    this.#outboxWakeAt = now + OUTBOX_WAKE_MS;
    // What is overdue, or was left undelivered, may have lost its alarm: hosts give up on alarms that failed too often.
    const next = nextTimer(timers);
    this.mustArm = messages.size > 0 || (next !== null && next <= now);
  }

  static async load(host: Host): Promise<KernelRows> {
    const [timers, messages, seq] = await Promise.all([
      loadTimers(host),
      loadMessages(host),
      host.get(SEQ_KEY),
    ]);
    return new KernelRows(host, timers, messages, seq === undefined ? undefined : Number(seq));
  }

  /** The host's alarm went off: whatever was armed is spent and has to be armed again. */
  alarmFired(): void {
    this.#alarm = undefined;
    this.mustArm = true;
    const now = this.#host.now();
    if (this.messages.size === 0 || this.#outboxWakeAt > now) return;
    this.#outboxWait = Math.min(OUTBOX_WAKE_MAX_MS, this.#outboxWait * 2);
    this.#outboxWakeAt = now + this.#outboxWait;
  }

  /** Forgets a delivered message; its row goes with the next commit. */
  markDelivered(seq: number): void {
    const messages = new Map(this.messages);
    messages.delete(seq);
    this.messages = messages;
    this.delivered.add(seq);
  }

  /**
   * Commits a draft, and only then takes its changes over. Commits nothing when the draft is empty.
   * @throws {AppError} what the host's commit throws; this rows must not be used any more then
   */
  async commit(draft: Draft): Promise<void> {
    const put = new Map(draft.put);
    const remove = new Set(draft.delete);
    const timers = applyTimers(this.timers, draft.timers, put, remove);
    const delivered = [...this.delivered];
    for (const seq of delivered) remove.add(messageKey(seq));
    const { messages, seq } = this.#applyMessages(draft, put, remove);
    if (this.messages.size === 0 && messages.size > 0) {
      this.#outboxWait = OUTBOX_WAKE_MS;
      this.#outboxWakeAt = this.#host.now() + OUTBOX_WAKE_MS;
    }
    const alarm = earliest(nextTimer(timers), this.#outboxAlarm(messages));
    const changed = timers !== this.timers || messages !== this.messages || delivered.length > 0;
    const arm = this.mustArm || (changed && alarm !== this.#alarm);
    const beads = draft.beads?.dirty ? draft.beads : undefined;
    if (put.size === 0 && remove.size === 0 && !arm && beads === undefined) return;
    const changes: Changes = {
      put,
      delete: remove,
      ...(arm ? { alarm } : {}),
      ...(beads === undefined ? {} : { beads }),
    };
    await this.#host.commit(changes);
    this.timers = timers;
    this.messages = withoutDelivered(messages, this.delivered);
    this.#seq = seq;
    for (const number of delivered) this.delivered.delete(number);
    if (arm) {
      this.#alarm = alarm;
      this.mustArm = false;
    }
  }

  #applyMessages(
    draft: Draft,
    put: Map<string, string>,
    remove: Set<string>,
  ): { messages: ReadonlyMap<number, Message>; seq: number | undefined } {
    const { sends = [], messages: changed = new Map<number, Message | null>() } = draft;
    let seq = this.#seq;
    if (sends.length === 0 && changed.size === 0) return { messages: this.messages, seq };
    const messages = new Map(this.messages);
    for (const [number, message] of changed) {
      if (message === null) {
        messages.delete(number);
        remove.add(messageKey(number));
      } else {
        messages.set(number, message);
        put.set(messageKey(number), JSON.stringify(message));
      }
    }
    for (const send of sends) {
      seq = nextSeq(seq, this.#host.now());
      const message: Message = { ...send, seq };
      messages.set(seq, message);
      put.set(messageKey(seq), JSON.stringify(message));
    }
    if (seq !== undefined && seq !== this.#seq) put.set(SEQ_KEY, String(seq));
    return { messages, seq };
  }

  /**
   * When the outbox needs a look: the first message of each receiver counts, those behind it wait for it. One whose time
   * has come is being delivered, and that may take long: an alarm of the past would go off over and over.
   */
  #outboxAlarm(messages: ReadonlyMap<number, Message>): number | null {
    const now = this.#host.now();
    const seen = new Set<string>();
    let alarm: number | null = null;
    for (const message of messages.values()) {
      const receiver = refKey(message.to);
      if (seen.has(receiver)) continue;
      seen.add(receiver);
      const { notBefore = 0 } = message;
      alarm = earliest(alarm, notBefore > now ? notBefore : this.#outboxWakeAt);
    }
    return alarm;
  }
}

function applyTimers(
  stored: ReadonlyMap<string, Timer>,
  changed: ReadonlyMap<string, Timer | null> | undefined,
  put: Map<string, string>,
  remove: Set<string>,
): ReadonlyMap<string, Timer> {
  if (changed === undefined || changed.size === 0) return stored;
  const timers = new Map(stored);
  for (const [id, timer] of changed) {
    if (timer === null) {
      timers.delete(id);
      remove.add(timerKey(id));
    } else {
      timers.set(id, timer);
      put.set(timerKey(id), JSON.stringify(timer));
    }
  }
  return timers;
}

/** Deliveries may end while a commit is under way; what they took out must stay out. */
function withoutDelivered(
  messages: ReadonlyMap<number, Message>,
  delivered: ReadonlySet<number>,
): ReadonlyMap<number, Message> {
  if (delivered.size === 0) return messages;
  return new Map([...messages].filter(([seq]) => !delivered.has(seq)));
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
