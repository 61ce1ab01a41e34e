/** The alarms of all actors of one process, over one timer of its clock. */
import type { Clock } from "./clock.ts";
import { type ActorRef, refKey } from "./host.ts";

interface Alarm {
  readonly ref: ActorRef;
  readonly at: number;
}

export class Alarms {
  readonly #clock: Clock;
  readonly #fire: (ref: ActorRef) => void;
  readonly #armed = new Map<string, Alarm>();
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;
  #stopped = false;

  /** `fire` is called once per alarm that is due; whatever it starts is its own. */
  constructor(clock: Clock, fire: (ref: ActorRef) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** When the next alarm is due, null when there is none. */
  get next(): number | null {
    let next: number | null = null;
    for (const { at } of this.#armed.values()) if (next === null || at < next) next = at;
    return next;
  }

  /** Arms, re-arms, or with null disarms the alarm of an actor. */
  set(ref: ActorRef, at: number | null): void {
    if (at === null) this.#armed.delete(refKey(ref));
    else this.#armed.set(refKey(ref), { ref, at });
    if (at !== null && (this.#timer === undefined || at < this.#timer.at)) this.#arm(at);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#armed.clear();
  }

  #arm(at: number): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#stopped) return;
    const cancel = this.#clock.after(at - this.#clock.now(), () => this.#due());
    this.#timer = { at, cancel };
  }

  #due(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    const due = [...this.#armed.values()].filter(alarm => alarm.at <= now).sort((a, b) => a.at - b.at);
    for (const { ref } of due) {
      this.#armed.delete(refKey(ref));
      this.#fire(ref);
    }
    const { next } = this;
    if (next !== null && this.#timer === undefined) this.#arm(next);
  }
}
