/**
 * (Long: one method for each call of the port and the agent.)
 * A sandbox, as the actors know it: at most one run at a time, each under a generation of its own. It starts, adopts,
 * stops and lets go of runs through the host's port, and passes on to its agent what they report. Messages of another
 * generation are refused: they come from, or are meant for, a run that is over.
 */
import { z } from "zod";
import { evidenceSchema } from "../../agent-sandbox/protocol/control.ts";
import { AppError } from "../../store/schema/errors.ts";
import type { ActorDeps } from "../deps.ts";
import { Actor, type Turn } from "../kernel/actor.ts";
import type { ActorRef } from "../kernel/host.ts";
import { replySchema } from "../kernel/reply.ts";
import { type ContainerPhase, containerMachine } from "../states/container.ts";
import { containerMethods } from "./methods.ts";
import {
  type ContainerInfo,
  type ContainerState,
  newContainer,
  type PendingRun,
  sandboxSpec,
  trimEvent,
} from "./run.ts";

type Args<M extends keyof typeof containerMethods> = z.infer<(typeof containerMethods)[M]>;
type Reply = z.infer<typeof replySchema>;

const STATE = "state";
const PENDING = "pending";
const observedSchema = z.object({ evidence: evidenceSchema });
const CHECK_TIMER = "check";
const FREEZE_TIMER = "freeze";
/** How often a live run is looked after; the host tells of its end long before. */
const CHECK_MS = 60_000;
const CHECK_AGAIN_MS = 5_000;
/** Looked after so often in a row without anybody there, a run counts as lost. */
const MAX_MISSES = 2;

export class ContainerActor extends Actor {
  static readonly kind = "container";
  static readonly methods = containerMethods;
  static readonly internal = {
    check: replySchema.optional(),
    startReply: replySchema,
    adoptReply: replySchema,
    releaseReply: replySchema,
    freezeReply: replySchema,
    observeReply: replySchema,
    freezeAgain: replySchema.optional(),
  };
  readonly #deps: ActorDeps;

  constructor(turn: () => Turn, deps: ActorDeps) {
    super(turn);
    this.#deps = deps;
  }

  /** @throws {AppError} stale_generation unless the generation is a new one */
  async start(run: Args<"start">): Promise<null> {
    const state = await this.#state();
    const pending = await this.turn.get<PendingRun>(PENDING);
    const latest = Math.max(state.generation, pending?.generation ?? 0);
    if (run.generation <= latest) {
      throw new AppError("stale_generation", `${this.turn.ref.name} is at generation ${latest} already.`, {
        data: { generation: latest },
      });
    }
    if (state.phase === "idle") return this.#launch(state, run);
    // Two runs on one worktree is what must not be: the new one waits for the end of the old.
    this.turn.set(PENDING, run);
    if (state.phase === "starting" || state.phase === "up") this.#stop(state, "another run follows", 5_000);
    return null;
  }

  async stop({ generation, reason, grace_ms }: Args<"stop">): Promise<null> {
    const pending = await this.turn.get<PendingRun>(PENDING);
    if (pending?.generation === generation) {
      this.turn.delete(PENDING);
      this.#tellDown(generation, "exited", reason);
      return null;
    }
    const state = await this.#state();
    if (state.generation !== generation || state.phase === "idle" || state.phase === "releasing") return null;
    this.#stop(state, reason, grace_ms);
    return null;
  }

  /** @throws {AppError} unavailable */
  async input({ text, enter }: Args<"input">): Promise<null> {
    const { phase, run_id, generation } = await this.#state();
    if (phase !== "up") {
      throw new AppError(
        "unavailable",
        `${this.#agent().name} has no terminal now: its sandbox is ${phase}.`,
        {
          hint: "Wait until it works, or look at the recording.",
        },
      );
    }
    await this.turn.call(this.#port(), "input", { run_id, generation, text, enter });
    return null;
  }

  /** @throws {AppError} stale_generation, unavailable, not_supported */
  async nudge({ generation, nudge }: Args<"nudge">): Promise<null> {
    const { phase, run_id, generation: current } = await this.#state();
    if (generation !== current || phase !== "up") {
      throw new AppError(
        "stale_generation",
        `Generation ${generation} of ${this.#agent().name} does not run.`,
      );
    }
    await this.turn.call(this.#port(), "nudge", { run_id, generation, nudge });
    return null;
  }

  async freeze({ frozen }: Args<"freeze">): Promise<null> {
    const { frozen: _before, ...rest } = await this.#state();
    const state: ContainerState = { ...rest, ...(frozen ? { frozen } : {}) };
    this.turn.set(STATE, state);
    this.turn.unschedule(FREEZE_TIMER);
    if (state.phase === "idle" || state.phase === "releasing") this.#tellFrozen(frozen);
    else if (state.phase !== "starting") this.#freeze(state);
    return null;
  }

  /** By timer: the run did not take it. */
  async freezeAgain(): Promise<null> {
    const state = await this.#state();
    if (state.phase === "up" || state.phase === "stopping") this.#freeze(state);
    return null;
  }

  /** What is not known changes nothing: only an answer is passed on. */
  async observeReply(reply: Reply): Promise<null> {
    const state = await this.#state();
    if (!isFor(reply, state) || !reply.ok) return null;
    const seen = observedSchema.safeParse(reply.value);
    const { generation } = state;
    if (seen.success) this.turn.send(this.#agent(), "containerObserved", { generation, ...seen.data });
    return null;
  }

  async freezeReply(reply: Reply): Promise<null> {
    const state = await this.#state();
    if (!isFor(reply, state)) return null;
    if (reply.ok) this.#tellFrozen(state.frozen === true);
    else this.turn.schedule(FREEZE_TIMER, this.turn.now + CHECK_AGAIN_MS, "freezeAgain");
    return null;
  }

  async info(): Promise<ContainerInfo> {
    const { v: _v, misses: _misses, frozen: _frozen, ...info } = await this.#state();
    return info;
  }

  async wake({ generation }: Args<"wake">): Promise<null> {
    const state = await this.#state();
    const pending = await this.turn.get<PendingRun>(PENDING);
    if (state.phase === "up" || state.phase === "stopping") this.#adopt(state);
    if (state.phase === "up") {
      const args = { run_id: state.run_id, generation: state.generation };
      this.turn.send(this.#port(), "observe", args, {
        onReply: "observeReply",
        context: { generation: state.generation },
      });
    }
    const known = state.phase !== "idle" && state.generation === generation;
    if (generation !== undefined && !known && pending?.generation !== generation) {
      this.#tellDown(generation, "lost", "there is no such run");
    }
    return null;
  }

  /** @throws {AppError} stale_generation; precondition_failed (data: expected) when events are missing in between */
  async sandboxEvent({ run_id, generation, event }: Args<"sandboxEvent">): Promise<null> {
    const state = await this.#current(run_id, generation);
    if (event.seq <= state.last_seq) return null;
    // `exited` is the last event of a run: whoever speaks after it is not the run that was started.
    if (state.phase === "releasing") throw this.#over(run_id, state);
    if (event.seq !== state.last_seq + 1) {
      throw new AppError("precondition_failed", `Event ${state.last_seq + 1} comes before ${event.seq}.`, {
        hint: "Read the log on from there.",
        data: { expected: state.last_seq + 1 },
      });
    }
    let next: ContainerState = { ...state, last_seq: event.seq, misses: 0 };
    if (next.phase === "starting") next = this.#up(next);
    this.turn.send(this.#agent(), "containerEvent", { generation, run_id, event: trimEvent(event) });
    if (event.type === "exited") {
      next = this.#moved(next, "releasing");
      this.turn.unschedule(CHECK_TIMER);
      const args = { run_id, generation, dir: next.dir, seq: event.seq };
      this.turn.send(this.#port(), "release", args, { onReply: "releaseReply", context: { generation } });
    }
    this.turn.set(STATE, next);
    return null;
  }

  /** @throws {AppError} stale_generation */
  async sandboxLost({ run_id, generation, reason, error_code }: Args<"sandboxLost">): Promise<null> {
    const state = await this.#current(run_id, generation);
    // Its last event came: what is left is to let it go, and that is under way.
    if (state.phase !== "releasing") await this.#lost(state, reason, error_code);
    return null;
  }

  /** By timer, while a run is live. */
  async check(): Promise<null> {
    const state = await this.#state();
    if (state.phase === "up" || state.phase === "stopping") this.#adopt(state);
    return null;
  }

  async startReply(reply: Reply): Promise<null> {
    const state = await this.#state();
    if (!isFor(reply, state)) return null;
    if (reply.ok) {
      if (state.phase === "starting") this.turn.set(STATE, this.#up(state));
      return null;
    }
    if (state.phase !== "starting" && state.phase !== "stopping") return null;
    const { code, message, hint } = reply.error;
    this.#tellDown(state.generation, "refused", hint === undefined ? message : `${message} ${hint}`, code);
    await this.#idle(state);
    return null;
  }

  async adoptReply(reply: Reply): Promise<null> {
    const state = await this.#state();
    if (!isFor(reply, state) || (state.phase !== "up" && state.phase !== "stopping")) return null;
    const gone = reply.ok ? isDead(reply.value) : reply.error.code === "not_found";
    const misses = gone ? state.misses + 1 : 0;
    if (misses >= MAX_MISSES) {
      await this.#lost(state, "its process is gone", undefined);
      return null;
    }
    if (misses !== state.misses) this.turn.set(STATE, { ...state, misses });
    this.turn.schedule(CHECK_TIMER, this.turn.now + (gone ? CHECK_AGAIN_MS : CHECK_MS), "check");
    return null;
  }

  async releaseReply(reply: Reply): Promise<null> {
    const state = await this.#state();
    if (!isFor(reply, state) || state.phase !== "releasing") return null;
    // A process that could not be let go of is the host's to sweep; the run is over all the same.
    this.#tellDown(state.generation, "exited", reply.ok ? "ended" : reply.error.message);
    await this.#idle(state);
    return null;
  }

  #launch(state: ContainerState, run: PendingRun): null {
    const name = this.turn.ref.name;
    const [town = "", rig = "", agent = ""] = name.split("/");
    const paths = this.#deps.paths(town);
    const random = Math.floor(this.turn.random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, "0");
    const runId = `${rig}-${agent}-${run.generation}-${random}`;
    const spec = sandboxSpec({ container: name, town, rig, agent, paths }, run, runId);
    containerMachine.check(name, state.phase, "starting", "town");
    this.turn.set(STATE, {
      ...newContainer(this.#now()),
      ...(state.frozen === true ? { frozen: true } : {}),
      phase: "starting",
      generation: run.generation,
      run_id: runId,
      dir: spec.dir,
      socket: spec.socket,
      job: spec.job.bead.id,
    } satisfies ContainerState);
    const { generation } = run;
    this.turn.send(this.#port(), "start", { spec }, { onReply: "startReply", context: { generation } });
    this.turn.schedule(CHECK_TIMER, this.turn.now + CHECK_MS, "check");
    return null;
  }

  #stop(state: ContainerState, reason: string, graceMs: number): void {
    const { run_id, generation } = state;
    if (state.phase !== "stopping") this.turn.set(STATE, this.#moved(state, "stopping"));
    this.turn.send(this.#port(), "stop", {
      run_id,
      generation,
      reason: reason.slice(0, 500),
      grace_ms: graceMs,
    });
    this.turn.schedule(CHECK_TIMER, this.turn.now + CHECK_MS, "check");
  }

  #adopt({ run_id, generation, dir, socket, last_seq }: ContainerState): void {
    const args = { run_id, generation, dir, socket, after_seq: last_seq };
    this.turn.send(this.#port(), "adopt", args, { onReply: "adoptReply", context: { generation } });
    // The reply sets the next one; this is for a reply that does not come.
    this.turn.schedule(CHECK_TIMER, this.turn.now + CHECK_MS, "check");
  }

  async #lost(state: ContainerState, reason: string, code: string | undefined): Promise<void> {
    const { run_id, generation, dir, last_seq: seq } = state;
    this.turn.send(this.#port(), "release", { run_id, generation, dir, seq });
    this.#tellDown(generation, "lost", reason, code);
    await this.#idle(state);
  }

  /** The run is over; the next one may begin. */
  async #idle(state: ContainerState): Promise<void> {
    this.turn.unschedule(CHECK_TIMER);
    const idle = this.#moved(state, "idle");
    this.turn.set(STATE, idle);
    const pending = await this.turn.get<PendingRun>(PENDING);
    if (pending === undefined) return;
    this.turn.delete(PENDING);
    this.#launch(idle, pending);
  }

  #tellDown(generation: number, kind: "exited" | "lost" | "refused", reason: string, code?: string): void {
    this.turn.send(this.#agent(), "containerDown", {
      generation,
      kind,
      reason: reason.slice(0, 4_000),
      ...(code === undefined ? {} : { error_code: code }),
    });
  }

  #up(state: ContainerState): ContainerState {
    if (state.frozen === true) this.#freeze(state);
    return this.#moved(state, "up");
  }

  #freeze({ run_id, generation, frozen = false }: ContainerState): void {
    const args = { run_id, generation, frozen };
    this.turn.send(this.#port(), "freeze", args, { onReply: "freezeReply", context: { generation } });
  }

  #tellFrozen(frozen: boolean): void {
    this.turn.send(this.#agent(), "containerFrozen", { frozen });
  }

  #moved(state: ContainerState, phase: ContainerPhase): ContainerState {
    containerMachine.check(this.turn.ref.name, state.phase, phase, "town");
    return { ...state, phase, since: this.#now(), misses: 0 };
  }

  async #state(): Promise<ContainerState> {
    return (await this.turn.get<ContainerState>(STATE)) ?? newContainer(this.#now());
  }

  async #current(runId: string, generation: number): Promise<ContainerState> {
    const state = await this.#state();
    if (state.generation === generation && state.run_id === runId && state.phase !== "idle") return state;
    throw this.#over(runId, state);
  }

  #over(runId: string, { generation }: ContainerState): AppError {
    return new AppError("stale_generation", `Run ${runId} of ${this.turn.ref.name} is over.`, {
      hint: "Nobody waits for its events any more.",
      data: { generation },
    });
  }

  #now(): string {
    return new Date(this.turn.now).toISOString();
  }

  #agent(): ActorRef {
    return { kind: "agent", name: this.turn.ref.name };
  }

  #port(): ActorRef {
    return { kind: "sandbox", name: this.turn.ref.name };
  }
}

function isFor(reply: Reply, { generation }: ContainerState): boolean {
  const { context } = reply;
  return (
    typeof context === "object" &&
    context !== null &&
    "generation" in context &&
    context.generation === generation
  );
}

function isDead(value: unknown): boolean {
  return typeof value === "object" && value !== null && "alive" in value && value.alive === false;
}
