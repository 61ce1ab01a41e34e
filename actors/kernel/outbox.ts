/**
 * One-way messages of an actor: rows in its storage, written in the commit of the turn that sent them and removed when
 * their receiver has handled them. The pump delivers them in order per receiver, one at a time, different receivers at once.
 */
import { type ActorRef, type Host, refKey } from "./host.ts";

/** A message before it has its number. */
export interface NewMessage {
  readonly to: ActorRef;
  readonly method: string;
  readonly args?: unknown;
  readonly onReply?: string;
  readonly context?: unknown;
}

/** Stored at `$out/<seq>`. */
export interface Message extends NewMessage {
  /** Grows with every message of this sender, over restarts and even when its storage was lost. */
  readonly seq: number;
  readonly strikes?: number;
  /** Epoch milliseconds before which it is not tried again. */
  readonly notBefore?: number;
}

/** Messages by number, in order. */
export type Messages = ReadonlyMap<number, Message>;

/** How a delivery ended. */
export type Delivery =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

const PREFIX = "$out/";
/** Key of the last number given. */
export const SEQ_KEY = "$seq";

/** Key under which the message is stored; padded, so that keys sort as numbers. */
export function messageKey(seq: number): string {
  return PREFIX + String(seq).padStart(16, "0");
}

/** Key under which a receiver remembers the last number that it took from this sender. */
export function receivedKey(from: string): string {
  return `$in/${from}`;
}

/** All pending messages, as stored. */
export async function loadMessages(host: Host): Promise<Map<number, Message>> {
  const rows = await host.list(PREFIX);
  return new Map(
    rows.map(([, text]) => {
      const message: Message = JSON.parse(text);
      return [message.seq, message];
    }),
  );
}

/**
 * The number after `last`. The first one is the time in milliseconds, so that an actor whose storage was lost is not
 * mistaken for its former self by receivers that remember it.
 */
export function nextSeq(last: number | undefined, now: number): number {
  return Math.max((last ?? 0) + 1, last === undefined ? now : 0);
}

export interface PumpOptions {
  /** The messages as last committed. */
  messages(): Messages;
  deliver(message: Message): Promise<unknown>;
  /** Records the outcome; resolves when the message is removed or its next attempt is set. */
  settle(message: Message, outcome: Delivery): Promise<void>;
  now(): number;
}

/** Delivers what is due. Holds no truth: it may be thrown away at any time, and messages are then delivered again. */
export class OutboxPump {
  readonly #options: PumpOptions;
  /** Receivers that a delivery is under way to. */
  readonly #active = new Set<string>();
  /** Receivers that are left alone for a while, until epoch milliseconds. */
  readonly #held = new Map<string, number>();
  #stopped = false;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  get idle(): boolean {
    return this.#active.size === 0;
  }

  /** True while messages to this receiver are being delivered. */
  isActive(to: ActorRef): boolean {
    return this.#active.has(refKey(to));
  }

  /** Starts a delivery to every receiver whose first message is due and that has none under way. */
  kick(): void {
    if (this.#stopped) return;
    const seen = new Set<string>();
    for (const { to } of this.#options.messages().values()) {
      const key = refKey(to);
      if (seen.has(key) || this.#active.has(key)) continue;
      seen.add(key);
      void this.#drain(key);
    }
  }

  /**
   * Leaves a receiver alone until then, epoch milliseconds: the outcome of a delivery could not be stored, so the message
   * looks undelivered, and delivering it over and over would not help the disk.
   */
  hold(to: ActorRef, until: number): void {
    this.#held.set(refKey(to), until);
  }

  /** No further delivery starts. */
  stop(): void {
    this.#stopped = true;
  }

  /** Never rejects: `settle` takes every outcome. */
  async #drain(receiver: string): Promise<void> {
    this.#active.add(receiver);
    try {
      for (let message = this.#due(receiver); message !== undefined; message = this.#due(receiver)) {
        const outcome = await this.#options.deliver(message).then(
          (value): Delivery => ({ ok: true, value }),
          (error: unknown): Delivery => ({ ok: false, error }),
        );
        if (this.#stopped) return;
        await this.#options.settle(message, outcome);
      }
    } finally {
      this.#active.delete(receiver);
    }
  }

  /** The first message to the receiver, unless it waits for its time: those behind it wait with it. */
  #due(receiver: string): Message | undefined {
    if (this.#stopped) return undefined;
    if ((this.#held.get(receiver) ?? 0) > this.#options.now()) return undefined;
    this.#held.delete(receiver);
    for (const message of this.#options.messages().values()) {
      if (refKey(message.to) !== receiver) continue;
      return (message.notBefore ?? 0) <= this.#options.now() ? message : undefined;
    }
    return undefined;
  }
}
