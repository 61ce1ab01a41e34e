/**
 * (Long: one method for each call; what they decide is in `state.ts`, `nudges/` and the supervisor.)
 * One agent: its present job, and the supervision of the sandbox that it runs in. A lost sandbox is started again on
 * the same attempt; everything else that ends a run is told to the town, which decides what becomes of the bead.
 */
import type { z } from "zod";
import type { Evidence } from "../../agent-sandbox/protocol/control.ts";
import type { SandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import { AppError } from "../../store/schema/errors.ts";
import { Actor } from "../kernel/actor.ts";
import type { ActorRef } from "../kernel/host.ts";
import { replySchema } from "../kernel/reply.ts";
import { decide } from "../kernel/supervisor/decide.ts";
import type { SupervisorAction, SupervisorEvent } from "../kernel/supervisor/state.ts";
import { agentMachine } from "../states/agent.ts";
import type { AgentEvent, Released } from "../town/methods.ts";
import { type AgentLogEntry, type Assignment, agentMethods, jobId } from "./methods.ts";
import type { NudgeRow } from "./nudges/box.ts";
import * as nudges from "./nudges/deliver.ts";
import {
  type AgentMemory,
  isFinal,
  newMemory,
  observed,
  released,
  SANDBOX,
  SANDBOX_SPEC,
  stateOf,
  statusOf,
  thawed,
  withJob,
  withoutJob,
} from "./state.ts";
import { describe } from "./words.ts";

type Args<M extends keyof typeof agentMethods> = z.infer<(typeof agentMethods)[M]>;
type Reply = z.infer<typeof replySchema>;

const STATE = "state";
const ASSIGNMENT = "assignment";
const NEXT = "next";
const LOG = "log/";
const LOG_KEPT = 200;
const SUPERVISE_TIMER = "supervise";
const USAGE_TIMER = "usage";
const USAGE_EVERY_MS = 5_000;
const GRACE_MS = 5_000;
/** Events that the town is told in full; of the others it sees the status only. */
const TOLD: readonly SandboxEvent["type"][] = [
  "started",
  "note",
  "submitted",
  "snapshot",
  "gate",
  "merge_result",
];

export class AgentActor extends Actor {
  static readonly kind = "agent";
  static readonly methods = agentMethods;
  static readonly internal = {
    supervise: replySchema.optional(),
    startReply: replySchema,
    tellUsage: replySchema.optional(),
    nudgesDue: replySchema.optional(),
    nudgeReply: replySchema,
  };

  async work({ assignment }: Args<"work">): Promise<null> {
    const memory = await this.#memory();
    const { job } = memory;
    if (job === undefined) {
      await this.#begin(memory, assignment);
      return null;
    }
    if (job.id === jobId(assignment.job) && job.attempt === assignment.job.attempt) {
      // What runs goes on; a run that has to be started again begins with what is to be done by then.
      this.turn.set(ASSIGNMENT, assignment);
      this.#report(memory);
      return null;
    }
    // The town has decided anew: what runs ends first.
    this.turn.set(NEXT, assignment);
    await this.#apply(
      { ...memory, stop: `${jobId(assignment.job)} comes instead` },
      { type: "stop", id: SANDBOX },
    );
    return null;
  }

  async stop({ job, attempt, reason }: Args<"stop">): Promise<null> {
    const memory = await this.#memory();
    const next = await this.turn.get<Assignment>(NEXT);
    if (next !== undefined && jobId(next.job) === job && next.job.attempt === attempt) this.turn.delete(NEXT);
    if (memory.job?.id === job && memory.job.attempt === attempt) {
      await this.#apply({ ...memory, stop: memory.stop ?? reason }, { type: "stop", id: SANDBOX });
    } else {
      // It is not at it, perhaps not any more: said again, so that the town knows.
      this.#tell(memory, job, attempt, { type: "released", outcome: "stopped", reason, tail: "" });
    }
    return null;
  }

  async freeze({ reason }: Args<"freeze">): Promise<null> {
    const memory = await this.#memory();
    const frozen = memory.frozen ?? { at: this.turn.now, reason };
    this.turn.set(STATE, { ...memory, frozen });
    this.turn.unschedule(SUPERVISE_TIMER);
    this.turn.send(this.#container(), "freeze", { frozen: true });
    return null;
  }

  async thaw(): Promise<null> {
    const memory = await this.#memory();
    this.turn.send(this.#container(), "freeze", { frozen: false });
    if (memory.frozen !== undefined) await this.#apply(thawed(memory, this.turn.now), { type: "tick" });
    this.#report(await this.#memory());
    return null;
  }

  async containerObserved({ generation, evidence }: Args<"containerObserved">): Promise<null> {
    const memory = await this.#memory();
    if (generation !== this.#generation(memory) || memory.job === undefined) return null;
    this.#tell(memory, memory.job.id, memory.job.attempt, undefined, evidence);
    return null;
  }

  async containerFrozen({ frozen }: Args<"containerFrozen">): Promise<null> {
    const memory = await this.#memory();
    if (!frozen || memory.frozen === undefined) return null;
    this.turn.set(STATE, { ...memory, frozen: { ...memory.frozen, confirmed: this.turn.now } });
    this.#report(await this.#memory());
    return null;
  }

  /** @throws {AppError} unavailable */
  async input({ text, enter }: Args<"input">): Promise<null> {
    await this.turn.call(this.#container(), "input", { text, enter });
    return null;
  }

  async wake({ job, attempt }: Args<"wake">): Promise<null> {
    const memory = await this.#memory();
    const next = await this.turn.get<Assignment>(NEXT);
    this.turn.send(this.#container(), "wake", runs(memory) ? { generation: this.#generation(memory) } : {});
    this.#report(memory);
    const known = memory.job?.id === job && memory.job?.attempt === attempt;
    const waits = next !== undefined && jobId(next.job) === job && next.job.attempt === attempt;
    if (job !== undefined && attempt !== undefined && !known && !waits) {
      this.#tell(memory, job, attempt, {
        type: "released",
        outcome: "lost",
        reason: "nobody is at it",
        tail: "",
      });
    }
    return null;
  }

  async log({ limit }: Args<"log">): Promise<AgentLogEntry[]> {
    const rows = await this.turn.list<AgentLogEntry>(LOG);
    return rows.slice(-limit).map(([, entry]) => entry);
  }

  async nudge({ nudge }: Args<"nudge">): Promise<null> {
    await nudges.accept(this.turn, nudge, runOf(await this.#memory()));
    return null;
  }

  async nudges(): Promise<NudgeRow[]> {
    return nudges.waiting(this.turn);
  }

  async nudgesRead({ ids }: Args<"nudgesRead">): Promise<null> {
    await nudges.read(this.turn, ids);
    return null;
  }

  /** By timer: some have expired. */
  async nudgesDue(): Promise<null> {
    await nudges.expire(this.turn);
    return null;
  }

  /** The container has no run for it, or the run refuses it: it waits. */
  async nudgeReply(reply: Reply): Promise<null> {
    await nudges.refused(this.turn, reply);
    return null;
  }

  async containerEvent({ generation, event }: Args<"containerEvent">): Promise<null> {
    const before = await this.#memory();
    if (generation !== this.#generation(before) || before.job === undefined) return null;
    const memory = this.#write(observed(before, event), generation, event.type, describe(event));
    if (event.type === "started") await this.#apply(memory, { type: "started", id: SANDBOX, generation });
    else this.turn.set(STATE, memory);
    const after = await this.#memory();
    await nudges.observe(this.turn, event, runOf(after));
    if (event.type === "usage") await this.#usage(after);
    if (event.type === "usage" || event.type === "exited" || event.type === "nudge") return null;
    if (TOLD.includes(event.type)) this.#report(after, event);
    else if (JSON.stringify(statusOf(after)) !== JSON.stringify(statusOf(before))) this.#report(after);
    return null;
  }

  async containerDown(down: Args<"containerDown">): Promise<null> {
    const { generation, kind, reason, error_code } = down;
    const before = await this.#memory();
    if (generation !== this.#generation(before) || before.job === undefined) return null;
    await nudges.runOver(this.turn, generation);
    const known = { ...before, down: { kind, reason, ...(error_code === undefined ? {} : { error_code }) } };
    const memory = this.#write(known, generation, kind, reason);
    const normal = isFinal(memory, memory.down);
    await this.#apply(memory, { type: "down", id: SANDBOX, generation, reason, normal });
    return null;
  }

  /** By timer: usage that was not told yet. */
  async tellUsage(): Promise<null> {
    const memory = await this.#memory();
    if (memory.job === undefined) return null;
    this.turn.set(STATE, { ...memory, usageTold: this.turn.now });
    this.#tell(memory, memory.job.id, memory.job.attempt);
    return null;
  }

  /** By timer: a back-off, or the patience with a start or a stop, is over. */
  async supervise(): Promise<null> {
    const memory = await this.#memory();
    // Its clocks stand still too; `thaw` takes them up.
    if (memory.frozen === undefined || memory.stop !== undefined) await this.#apply(memory, { type: "tick" });
    return null;
  }

  /** The container refuses a generation that it knows already: its own count is taken over. */
  async startReply(reply: Reply): Promise<null> {
    if (reply.ok) return null;
    const memory = await this.#memory();
    const generation = this.#generation(memory);
    const { code, message, data } = reply.error;
    const theirs = data?.generation;
    await this.containerDown({ generation, kind: "refused", reason: message, error_code: code });
    if (code !== "stale_generation" || typeof theirs !== "number") return null;
    const after = await this.#memory();
    const child = after.supervisor.children[SANDBOX];
    if (child === undefined || child.generation >= theirs) return null;
    const children = { ...after.supervisor.children, [SANDBOX]: { ...child, generation: theirs } };
    this.turn.set(STATE, { ...after, supervisor: { ...after.supervisor, children } });
    return null;
  }

  async #begin(memory: AgentMemory, assignment: Assignment): Promise<void> {
    this.turn.set(ASSIGNMENT, assignment);
    const known = memory.supervisor.children[SANDBOX] !== undefined;
    const event: SupervisorEvent = known
      ? { type: "start", id: SANDBOX }
      : { type: "add", spec: SANDBOX_SPEC };
    await this.#apply(withJob(memory, assignment), event);
    this.#report(await this.#memory());
  }

  /** Lets the supervisor decide, and does what it says. A job whose sandbox is down for good is over. */
  async #apply(memory: AgentMemory, event: SupervisorEvent): Promise<void> {
    const { state: supervisor, actions } = decide(memory.supervisor, event, this.turn.now);
    const next = this.#moved({ ...memory, supervisor });
    this.turn.set(STATE, next);
    for (const action of actions) await this.#act(next, action);
    if (next.state !== memory.state && next.job !== undefined && next.state !== "idle") this.#report(next);
    const phase = supervisor.children[SANDBOX]?.phase;
    if (next.job !== undefined && (phase === "down" || phase === "given_up")) await this.#finish(next);
  }

  async #act(memory: AgentMemory, action: SupervisorAction): Promise<void> {
    switch (action.type) {
      case "start": {
        // Ordered before it was frozen: it starts all the same, and stands still as soon as it is there.
        const assignment = await this.turn.get<Assignment>(ASSIGNMENT);
        if (assignment === undefined) return;
        const args = {
          generation: action.generation,
          assignment: await nudges.intoPrompt(this.turn, assignment, action.generation),
        };
        this.turn.send(this.#container(), "start", args, { onReply: "startReply" });
        return;
      }
      case "stop":
      case "kill":
        this.turn.send(this.#container(), "stop", {
          generation: action.generation,
          reason: memory.stop ?? "it did not answer in time",
          grace_ms: action.type === "stop" ? GRACE_MS : 0,
        });
        return;
      case "wake":
        if (action.at === null) this.turn.unschedule(SUPERVISE_TIMER);
        else this.turn.schedule(SUPERVISE_TIMER, action.at, "supervise");
        return;
      case "given_up":
        return;
      default:
        action satisfies never;
    }
  }

  /** Tells the town how the job ended; the next one begins, if one waits. */
  async #finish(memory: AgentMemory): Promise<void> {
    const { job } = memory;
    if (job === undefined) return;
    this.turn.unschedule(USAGE_TIMER);
    const idle = this.#moved(withoutJob(memory));
    this.turn.set(STATE, idle);
    this.turn.delete(ASSIGNMENT);
    this.#tell(idle, job.id, job.attempt, released(memory));
    const next = await this.turn.get<Assignment>(NEXT);
    if (next === undefined) return;
    this.turn.delete(NEXT);
    await this.#begin(idle, next);
  }

  /** At most every few seconds: an agent may report with every word that it says. */
  async #usage(memory: AgentMemory): Promise<void> {
    const at = (memory.usageTold ?? 0) + USAGE_EVERY_MS;
    if (at <= this.turn.now) await this.tellUsage();
    else this.turn.schedule(USAGE_TIMER, at, "tellUsage");
  }

  #moved(memory: AgentMemory): AgentMemory {
    const state = stateOf(memory);
    if (state === memory.state) return memory;
    agentMachine.check(this.turn.ref.name, memory.state, state, "town");
    return { ...memory, state, since: new Date(this.turn.now).toISOString() };
  }

  /** Adds a line to the agent's own log, which is bounded. */
  #write<M extends AgentMemory>(memory: M, generation: number, type: string, text: string): M {
    const n = memory.logged;
    const at = new Date(this.turn.now).toISOString();
    this.turn.set(logKey(n), { at, generation, type, text: text.slice(0, 500) } satisfies AgentLogEntry);
    if (n >= LOG_KEPT) this.turn.delete(logKey(n - LOG_KEPT));
    return { ...memory, logged: n + 1 };
  }

  #report(memory: AgentMemory, event?: SandboxEvent): void {
    if (memory.job !== undefined) this.#tell(memory, memory.job.id, memory.job.attempt, event);
  }

  #tell(
    memory: AgentMemory,
    job: string,
    attempt: number,
    event?: SandboxEvent | Released,
    evidence?: Evidence,
  ): void {
    const agent = this.#id();
    const args: AgentEvent = {
      by: agent,
      agent,
      job,
      attempt,
      generation: this.#generation(memory),
      status: statusOf(memory),
      ...(usedAnything(memory) ? { usage: memory.usage } : {}),
      ...(event === undefined ? {} : { event }),
      ...(evidence === undefined ? {} : { evidence }),
    };
    this.turn.send({ kind: "town", name: this.#town() }, "agentEvent", args);
  }

  async #memory(): Promise<AgentMemory> {
    const stored = await this.turn.get<AgentMemory>(STATE);
    return stored ?? newMemory(this.turn.ref.name, new Date(this.turn.now).toISOString());
  }

  #generation({ supervisor }: AgentMemory): number {
    return supervisor.children[SANDBOX]?.generation ?? 0;
  }

  #town(): string {
    const { name } = this.turn.ref;
    return name.slice(0, name.indexOf("/"));
  }

  /** `<rig>/<name>`: the name without the town. @throws {AppError} invalid_argument */
  #id(): string {
    const { name } = this.turn.ref;
    const slash = name.indexOf("/");
    if (slash < 0)
      throw new AppError("invalid_argument", `${name} is no agent: <town>/<rig>/<name> is needed.`);
    return name.slice(slash + 1);
  }

  #container(): ActorRef {
    return { kind: "container", name: this.turn.ref.name };
  }
}

/** The run that can be given nudges now. */
function runOf({ supervisor, job }: AgentMemory): nudges.NudgeRun | undefined {
  const child = supervisor.children[SANDBOX];
  if (job === undefined || child?.phase !== "up") return undefined;
  return { generation: child.generation, driver: job.driver };
}

function usedAnything({ usage }: AgentMemory): boolean {
  return usage.input_tokens + usage.output_tokens + usage.cost_usd > 0;
}

/** True while the agent believes that a run is there. */
function runs({ supervisor }: AgentMemory): boolean {
  const phase = supervisor.children[SANDBOX]?.phase;
  return phase === "starting" || phase === "up" || phase === "stopping";
}

function logKey(n: number): string {
  return LOG + String(n).padStart(12, "0");
}
