/**
 * The supervisor as a pure function: OTP's strategies over things that live elsewhere, with back-off and generations.
 * First the event changes what is known and wanted; then what may start or must stop follows from the state alone.
 */
import { backoff } from "../clock.ts";
import type {
  ChildSpec,
  ChildState,
  Decision,
  SupervisorAction,
  SupervisorEvent,
  SupervisorState,
} from "./state.ts";

/** The state after the event, and what to do now. `now` in epoch milliseconds. */
export function decide(state: SupervisorState, event: SupervisorEvent, now: number): Decision {
  const work = new Work(state, now);
  work.apply(event);
  work.expire();
  work.stopWhatMust();
  work.startWhatMay();
  return work.decision();
}

class Work {
  readonly #state: SupervisorState;
  readonly #now: number;
  readonly #actions: SupervisorAction[] = [];
  #specs: ChildSpec[];
  readonly #children: Map<string, ChildState>;

  constructor(state: SupervisorState, now: number) {
    this.#state = state;
    this.#now = now;
    this.#specs = [...state.specs];
    this.#children = new Map(Object.entries(state.children));
  }

  apply(event: SupervisorEvent): void {
    switch (event.type) {
      case "add":
        this.#add(event.spec);
        break;
      case "remove":
        this.#remove(event.id);
        break;
      case "start":
        for (const id of this.#named(event.id)) this.#want(id);
        break;
      case "stop":
        for (const id of this.#named(event.id)) this.#unwant(id);
        break;
      case "started":
        if (this.#is(event, "starting")) this.#up(event.id);
        break;
      case "beat":
        if (this.#is(event, "up")) this.#renew(event.id);
        break;
      case "down":
        if (this.#is(event)) this.#down(event.id, event.reason, event.normal ?? false);
        break;
      case "tick":
        break;
      default:
        event satisfies never;
    }
  }

  /** What ran out of time: starts and leases count as a fall, stops are enforced and then taken as done, back-off ends. */
  expire(): void {
    for (const { id, stopMs } of this.#specs) {
      const child = this.#children.get(id);
      if (child?.until === undefined || child.until > this.#now) continue;
      const { generation } = child;
      if (child.phase === "starting" || child.phase === "up") {
        this.#actions.push({ type: "kill", id, generation });
        this.#down(id, child.phase === "up" ? "no sign of life" : "did not start in time", false);
      } else if (child.phase === "stopping" && !child.killed) {
        this.#actions.push({ type: "kill", id, generation });
        this.#put(id, { ...child, killed: true, until: this.#now + stopMs });
      } else if (child.phase === "backoff") {
        this.#put(id, { ...without(child, "until"), phase: "down" });
      } else if (child.phase === "stopping") {
        this.#down(id, "did not stop, not even by force", false);
      }
    }
  }

  /** The last started first: where the order counts, a child is asked to stop when none after it is stopping. */
  stopWhatMust(): void {
    for (const { id, stopMs } of [...this.#specs].reverse()) {
      const child = this.#child(id);
      if (child.phase === "stopping" && this.#ordered) break;
      if (!isRunning(child) || (child.wanted && !child.bounce)) continue;
      const deadline = this.#now + stopMs;
      this.#actions.push({ type: "stop", id, generation: child.generation, deadline });
      this.#put(id, { ...child, phase: "stopping", since: this.#now, until: deadline });
      if (this.#ordered) break;
    }
    this.#dropRemoved();
  }

  startWhatMay(): void {
    let ready = true;
    for (const spec of this.#specs) {
      const child = this.#child(spec.id);
      const due = child.wanted && child.phase === "down";
      if (due && (ready || !this.#ordered) && !this.#waitsForStops(spec.id)) this.#start(spec);
      const after = this.#child(spec.id);
      if ((after.wanted && after.phase !== "up") || after.phase === "given_up") ready = false;
    }
  }

  decision(): Decision {
    const at = [...this.#children.values()].reduce<number | null>(
      (min, { until }) => (until === undefined || (min !== null && min <= until) ? min : until),
      null,
    );
    const state: SupervisorState = {
      ...this.#state,
      specs: this.#specs,
      children: Object.fromEntries(this.#children),
    };
    return { state, actions: [...this.#actions, { type: "wake", at }] };
  }

  get #ordered(): boolean {
    return this.#state.policy.strategy !== "one_for_one";
  }

  /** Two of the same thing at once is what must not be: what stops because of this child stops first. */
  #waitsForStops(id: string): boolean {
    if (!this.#ordered) return false;
    const from =
      this.#state.policy.strategy === "one_for_all" ? 0 : this.#specs.findIndex(spec => spec.id === id);
    return this.#specs.slice(from).some(spec => {
      const child = this.#child(spec.id);
      return child.phase === "stopping" || (child.bounce === true && isRunning(child));
    });
  }

  #add(spec: ChildSpec): void {
    const index = this.#specs.findIndex(({ id }) => id === spec.id);
    if (index < 0) {
      this.#specs.push(spec);
      this.#put(spec.id, {
        phase: "down",
        since: this.#now,
        generation: 0,
        wanted: true,
        restarts: [],
        failures: 0,
      });
    } else {
      this.#specs[index] = spec;
      this.#want(spec.id);
    }
  }

  #remove(id: string): void {
    if (!this.#children.has(id)) return;
    this.#unwant(id);
    this.#put(id, { ...this.#child(id), reason: REMOVED });
    this.#dropRemoved();
  }

  #dropRemoved(): void {
    for (const [id, child] of this.#children) {
      if (child.reason !== REMOVED || child.phase !== "down") continue;
      this.#children.delete(id);
      this.#specs = this.#specs.filter(spec => spec.id !== id);
    }
  }

  /** A wish to run forgives: the count of failures begins anew. The generation never does. */
  #want(id: string): void {
    const child = this.#children.get(id);
    if (child === undefined || (child.wanted && child.phase !== "backoff")) return;
    const phase = child.phase === "given_up" || child.phase === "backoff" ? "down" : child.phase;
    const until = phase === "down" ? without(child, "until") : child;
    this.#put(id, { ...without(until, "reason"), wanted: true, phase, restarts: [], failures: 0 });
  }

  #unwant(id: string): void {
    const child = this.#children.get(id);
    if (child === undefined) return;
    const settled = child.phase === "backoff" || child.phase === "given_up";
    const next = settled ? { ...without(child, "until"), phase: "down" as const, since: this.#now } : child;
    this.#put(id, { ...next, wanted: false });
  }

  #start(spec: ChildSpec): void {
    const child = without(without(this.#child(spec.id), "killed"), "bounce");
    const generation = child.generation + 1;
    this.#actions.push({ type: "start", id: spec.id, generation });
    this.#put(spec.id, {
      ...child,
      phase: "starting",
      since: this.#now,
      generation,
      until: this.#now + spec.startMs,
    });
  }

  #up(id: string): void {
    this.#put(id, { ...without(this.#child(id), "until"), phase: "up", since: this.#now });
    this.#renew(id);
  }

  #renew(id: string): void {
    const spec = this.#specs.find(one => one.id === id);
    if (spec?.leaseMs === undefined) return;
    this.#put(id, { ...this.#child(id), until: this.#now + spec.leaseMs });
  }

  #down(id: string, reason: string, normal: boolean): void {
    const child = this.#child(id);
    const spec = this.#specs.find(one => one.id === id);
    if (spec === undefined || !(isRunning(child) || child.phase === "stopping")) return;
    const healthy = child.phase === "up" && this.#now - child.since >= this.#state.policy.resetAfterMs;
    const kept = child.reason === REMOVED ? REMOVED : reason;
    const down: ChildState = {
      ...without(without(child, "until"), "killed"),
      phase: "down",
      since: this.#now,
      reason: kept,
      failures: healthy ? 0 : child.failures,
    };
    // What was asked to stop has stopped: no failure, whatever it says.
    const again = spec.restart === "permanent" || (spec.restart === "transient" && !normal);
    if (child.phase === "stopping") this.#put(id, without(down, "bounce"));
    else if (child.wanted && again) this.#restart(id, down);
    else this.#put(id, { ...down, wanted: false });
  }

  #restart(id: string, down: ChildState): void {
    const { policy, salt } = this.#state;
    const restarts = [...down.restarts.filter(at => at > this.#now - policy.withinMs), this.#now];
    const failures = down.failures + 1;
    const { generation, reason = "" } = down;
    if (restarts.length > policy.maxRestarts) {
      this.#actions.push({ type: "given_up", id, generation, reason, restarts: restarts.length - 1 });
      this.#put(id, { ...down, phase: "given_up", wanted: false, restarts, failures });
    } else {
      const spread = fraction(`${salt}/${id}/${generation}`);
      const until = this.#now + backoff(failures, policy.backoffBaseMs, policy.backoffMaxMs, spread);
      this.#put(id, { ...down, phase: "backoff", restarts, failures, until });
    }
    this.#bounceOthers(id);
  }

  #bounceOthers(id: string): void {
    const { strategy } = this.#state.policy;
    if (strategy === "one_for_one") return;
    const index = this.#specs.findIndex(spec => spec.id === id);
    const others = strategy === "one_for_all" ? this.#specs : this.#specs.slice(index + 1);
    for (const other of others) {
      const child = this.#child(other.id);
      if (other.id !== id && isRunning(child)) this.#put(other.id, { ...child, bounce: true });
    }
  }

  #is(event: { id: string; generation: number }, phase?: ChildState["phase"]): boolean {
    const child = this.#children.get(event.id);
    return child?.generation === event.generation && (phase === undefined || child.phase === phase);
  }

  #named(id: string | undefined): string[] {
    return id === undefined ? this.#specs.map(spec => spec.id) : [id];
  }

  #child(id: string): ChildState {
    const child = this.#children.get(id);
    if (child === undefined) throw new Error(`The supervisor has no child ${id}.`);
    return child;
  }

  #put(id: string, child: ChildState): void {
    this.#children.set(id, child);
  }
}

/** Reason of a child that is to be forgotten once it is down. */
const REMOVED = "removed";

function isRunning(child: ChildState): boolean {
  return child.phase === "starting" || child.phase === "up";
}

function without<K extends "until" | "killed" | "bounce" | "reason">(
  child: ChildState,
  key: K,
): Omit<ChildState, K> {
  const { [key]: _gone, ...rest } = child;
  return rest;
}

/** A number in [0, 1) that is always the same for the same text (FNV-1a): jitter without randomness. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash / 4_294_967_296;
}
