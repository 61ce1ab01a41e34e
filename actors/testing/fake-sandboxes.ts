/**
 * Sandboxes that play scripts, in simulated time: the world outside of the host. They go on when the host restarts, keep
 * their event logs, and are heard again once they are adopted, as real ones.
 */
import type { Evidence } from "../../agent-sandbox/protocol/control.ts";
import type { NewSandboxEvent, SandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import type { SandboxSpec } from "../../agent-sandbox/protocol/spec.ts";
import { AppError, hasCode } from "../../store/schema/errors.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Port } from "../kernel/host.ts";
import { sandboxPortMethods } from "../ports.ts";

/** One step of a script: after so many milliseconds, something happens. */
export type Step =
  | { readonly after: number; readonly event: NewSandboxEvent }
  /** The process dies without a word. */
  | { readonly after: number; readonly die: true }
  /** Something happens outside: a push, for instance. */
  | { readonly after: number; readonly act: () => void }
  /** What comes next is decided now; the rest of the script is left out. */
  | { readonly after: number; readonly next: () => readonly Step[] };

/** What a run does. A thrown AppError is the answer to the start. */
export type Script = (spec: SandboxSpec) => readonly Step[];

export interface FakeRun {
  readonly spec: SandboxSpec;
  readonly log: SandboxEvent[];
  alive: boolean;
  released: boolean;
  readonly startedAt: number;
  endedAt: number | undefined;
  readonly inputs: string[];
  /** Texts of nudges that were delivered, in order. */
  readonly nudges: string[];
  /** Its steps wait until it goes on. */
  frozen: boolean;
}

interface Running extends FakeRun {
  /** Epoch of the host that listens to it; another one has to adopt it first. */
  heardBy: number;
  acknowledged: number;
  pumping: boolean;
  /** A delivery that failed is tried again soon, once however often it failed. */
  retrying: boolean;
  lostTold: boolean;
  readonly held: (() => void)[];
}

export interface FakeSandboxesOptions {
  readonly clock: Clock;
  readonly script: Script;
  /** Calls the container actor. */
  readonly tell: (container: string, method: string, args: unknown) => Promise<unknown>;
  /** Delivers each event twice. */
  readonly twice?: boolean;
  /** What a live run shows when it is looked at; nothing is known when absent. */
  readonly evidence?: (run: FakeRun) => Evidence | undefined;
  /** What a run that is told to stop still tells before it ends: what was not committed is kept. */
  readonly ending?: (run: FakeRun) => readonly NewSandboxEvent[];
  /** Called for each run that begins, before it does; and for each that has ended. */
  readonly began?: (run: FakeRun) => void;
  readonly ended?: (run: FakeRun) => void;
  /** Time until a run is at a turn boundary and takes a nudge; 10 ms when absent. */
  readonly nudgeMs?: number;
}

export class FakeSandboxes implements Port {
  readonly runs: FakeRun[] = [];
  readonly #options: FakeSandboxesOptions;
  readonly #byId = new Map<string, Running>();
  #epoch = 0;

  constructor(options: FakeSandboxesOptions) {
    this.#options = options;
  }

  /** Runs whose process lives. */
  get live(): FakeRun[] {
    return this.runs.filter(run => run.alive);
  }

  /** The host has died: nobody listens until runs are adopted. */
  hostDied(): void {
    this.#epoch += 1;
  }

  /** Kills a run's process without a word, as `kill -9` does. */
  kill(run: FakeRun): void {
    const running = this.#byId.get(run.spec.run_id);
    if (running === undefined || !running.alive) return;
    this.#end(running);
    void this.#pump(running);
  }

  async call(name: string, method: string, args: unknown): Promise<unknown> {
    switch (method) {
      case "start":
        return this.#start(sandboxPortMethods.start.parse(args).spec);
      case "stop": {
        const { run_id, reason } = sandboxPortMethods.stop.parse(args);
        const run = this.#byId.get(run_id);
        if (run === undefined || !run.alive) return null;
        this.#options.clock.after(50, () => {
          for (const event of run.alive ? (this.#options.ending?.(run) ?? []) : []) this.#append(run, event);
          this.#exit(run, false, reason);
        });
        return null;
      }
      case "adopt": {
        const { run_id, after_seq } = sandboxPortMethods.adopt.parse(args);
        const run = this.#byId.get(run_id);
        if (run === undefined) throw new AppError("not_found", `No run ${run_id} of ${name}.`);
        if (run.heardBy !== this.#epoch) {
          run.heardBy = this.#epoch;
          run.acknowledged = after_seq;
          run.lostTold = false;
        }
        void this.#pump(run);
        return { alive: run.alive };
      }
      case "release": {
        const { run_id } = sandboxPortMethods.release.parse(args);
        const run = this.#byId.get(run_id);
        if (run !== undefined) run.released = true;
        return null;
      }
      case "observe": {
        const { run_id } = sandboxPortMethods.observe.parse(args);
        const run = this.#byId.get(run_id);
        const evidence = run?.alive === true ? this.#options.evidence?.(run) : undefined;
        if (evidence === undefined) throw new AppError("not_found", "Nothing is known of it.");
        return { evidence };
      }
      case "freeze": {
        const { run_id, frozen } = sandboxPortMethods.freeze.parse(args);
        const run = this.#byId.get(run_id);
        if (run === undefined || !run.alive) return { alive: false };
        run.frozen = frozen;
        for (const go of frozen ? [] : run.held.splice(0)) go();
        return { alive: true };
      }
      case "input": {
        const { run_id, text } = sandboxPortMethods.input.parse(args);
        this.#byId.get(run_id)?.inputs.push(text);
        return null;
      }
      case "nudge": {
        const { run_id, nudge } = sandboxPortMethods.nudge.parse(args);
        const run = this.#byId.get(run_id);
        if (run === undefined || !run.alive) throw new AppError("unavailable", `No run ${run_id}.`);
        if (run.log.some(event => event.type === "nudge" && event.id === nudge.id)) return null;
        this.#options.clock.after(this.#options.nudgeMs ?? 10, () => {
          if (!run.alive || run.log.some(event => event.type === "nudge" && event.id === nudge.id)) return;
          run.nudges.push(nudge.text);
          this.#append(run, { type: "nudge", id: nudge.id, outcome: "delivered", how: "typed" });
          void this.#pump(run);
        });
        return null;
      }
      default:
        throw new AppError("method_not_allowed", method);
    }
  }

  #start(spec: SandboxSpec): null {
    const known = this.#byId.get(spec.run_id);
    if (known !== undefined) {
      known.heardBy = this.#epoch;
      void this.#pump(known);
      return null;
    }
    const steps = this.#options.script(spec);
    const run: Running = {
      spec,
      log: [],
      alive: true,
      released: false,
      startedAt: this.#options.clock.now(),
      endedAt: undefined,
      inputs: [],
      nudges: [],
      frozen: false,
      held: [],
      heardBy: this.#epoch,
      acknowledged: 0,
      pumping: false,
      retrying: false,
      lostTold: false,
    };
    this.#options.began?.(run);
    this.runs.push(run);
    this.#byId.set(spec.run_id, run);
    this.#play(run, steps, 0);
    return null;
  }

  #play(run: Running, steps: readonly Step[], at: number): void {
    const step = steps[at];
    if (step === undefined) return;
    const go = (): void => {
      if (!run.alive) return;
      if (run.frozen) {
        run.held.push(go);
        return;
      }
      if ("next" in step) {
        this.#play(run, step.next(), 0);
        return;
      }
      if ("act" in step) step.act();
      else if ("die" in step) this.#end(run);
      else this.#append(run, step.event);
      if ("event" in step && step.event.type === "exited") this.#end(run);
      void this.#pump(run);
      this.#play(run, steps, at + 1);
    };
    this.#options.clock.after(step.after, go);
  }

  #append(run: Running, event: NewSandboxEvent): void {
    const at = new Date(this.#options.clock.now()).toISOString();
    // SAFETY: an event without its number and time, given both.
    run.log.push({ ...event, seq: run.log.length + 1, at } as SandboxEvent);
  }

  #exit(run: Running, ok: boolean, reason: string): void {
    if (!run.alive) return;
    this.#append(run, { type: "exited", ok, code: ok ? 0 : 1, signal: null, reason, tail: "" });
    this.#end(run);
    void this.#pump(run);
  }

  #end(run: Running): void {
    run.alive = false;
    run.endedAt = this.#options.clock.now();
    this.#options.ended?.(run);
  }

  /** Delivers what was not acknowledged, in order; then, of a dead run without a last word, that it is lost. */
  async #pump(run: Running): Promise<void> {
    if (run.pumping || run.heardBy !== this.#epoch) return;
    run.pumping = true;
    const epoch = this.#epoch;
    try {
      for (let event = run.log[run.acknowledged]; event !== undefined; event = run.log[run.acknowledged]) {
        for (let i = 0; i < (this.#options.twice === true ? 2 : 1); i++)
          await this.#tell(run, "sandboxEvent", { event });
        if (epoch !== this.#epoch) return;
        run.acknowledged = event.seq;
      }
      const said = run.log.some(event => event.type === "exited");
      if (!run.alive && !said && !run.lostTold) {
        await this.#tell(run, "sandboxLost", { reason: "the process is gone" });
        run.lostTold = true;
      }
    } catch (error) {
      if (hasCode(error, "stale_generation")) return;
      // As the real port: the log is read on from where the container says.
      const { code, data } = AppError.from(error);
      const expected = data?.expected;
      if (code === "precondition_failed" && typeof expected === "number") run.acknowledged = expected - 1;
      this.#retry(run);
    } finally {
      run.pumping = false;
      if (epoch !== this.#epoch) void this.#pump(run);
    }
  }

  #retry(run: Running): void {
    if (run.retrying) return;
    run.retrying = true;
    this.#options.clock.after(1_000, () => {
      run.retrying = false;
      void this.#pump(run);
    });
  }

  #tell(run: Running, method: string, more: object): Promise<unknown> {
    const { container, run_id, generation } = run.spec;
    return this.#options.tell(container, method, { run_id, generation, ...more });
  }
}
