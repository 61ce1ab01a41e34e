/** What an agent actor remembers of its present job, and how that ends. Pure. */
import { TOWN_STOPPED } from "../../agent-sandbox/protocol/control.ts";
import type { SandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import type { AgentActivity, Isolation } from "../../store/schema/agent.ts";
import {
  type ChildSpec,
  newSupervisor,
  type Policy,
  type SupervisorState,
} from "../kernel/supervisor/state.ts";
import type { AgentState } from "../states/agent.ts";
import type { AgentStatus, Released } from "../town/methods.ts";
import { driverName } from "./driver-name.ts";
import { type Assignment, jobId } from "./methods.ts";

/** The one thing that an agent supervises. */
export const SANDBOX = "sandbox";
export const SANDBOX_SPEC: ChildSpec = {
  id: SANDBOX,
  restart: "transient",
  // Fetching a large repository and making its worktree is part of the start.
  startMs: 20 * 60_000,
  stopMs: 30_000,
};
/** A lost sandbox is started again on the same attempt, its worktree as it was: three times within half an hour. */
export const SANDBOX_POLICY: Partial<Policy> = { maxRestarts: 3, withinMs: 30 * 60_000 };

/** Errors of a start that would only come again. */
const REFUSALS: readonly string[] = [
  "invalid_argument",
  "isolation_unavailable",
  "command_not_found",
  "not_found",
  "not_supported",
  "too_large",
  "corrupt",
  "forbidden",
  "internal",
];

export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number;
}

export interface AgentMemory {
  readonly v: 1;
  readonly supervisor: SupervisorState;
  /** The job under way. */
  readonly job?: {
    readonly kind: Assignment["job"]["kind"];
    readonly id: string;
    readonly attempt: number;
    readonly driver: string;
  };
  /** Why the job is to end. */
  readonly stop?: string;
  /** The job's purpose is reached: submitted, or a merge result. */
  readonly reached?: boolean;
  readonly exit?: Pick<Extract<SandboxEvent, { type: "exited" }>, "ok" | "reason" | "tail"> & {
    readonly error_code?: string | undefined;
  };
  readonly down?: {
    readonly kind: "exited" | "lost" | "refused";
    readonly reason: string;
    readonly error_code?: string | undefined;
  };
  readonly wip?: string;
  /** Of the attempt, all runs together. */
  readonly usage: Usage;
  /** Of the present run, as far as it tells totals. */
  readonly runUsage?: Usage;
  /** When the town was told of usage last, epoch milliseconds. */
  readonly usageTold?: number;
  readonly state: AgentState;
  /** RFC 3339, of the state. */
  readonly since: string;
  readonly activity?: AgentActivity;
  readonly detail?: string;
  /** Of a rate limit: when it ends, as the agent's CLI tells. */
  readonly resetsAt?: string;
  readonly isolation?: Isolation;
  readonly reduced?: string;
  readonly lastNote?: string;
  readonly hasTerminal: boolean;
  /** Entries ever written to the log. */
  readonly logged: number;
  /** It is to stand still. Times are epoch milliseconds; `confirmed`: when its processes were found to. */
  readonly frozen?: { readonly at: number; readonly reason: string; readonly confirmed?: number };
}

const NOTHING_USED: Usage = { input_tokens: 0, output_tokens: 0, cost_usd: 0 };

function added(a: Usage, b: Usage, sign: 1 | -1): Usage {
  return {
    input_tokens: Math.max(0, a.input_tokens + sign * b.input_tokens),
    output_tokens: Math.max(0, a.output_tokens + sign * b.output_tokens),
    cost_usd: Math.max(0, a.cost_usd + sign * b.cost_usd),
  };
}

function largest(a: Usage, b: Usage): Usage {
  return {
    input_tokens: Math.max(a.input_tokens, b.input_tokens),
    output_tokens: Math.max(a.output_tokens, b.output_tokens),
    cost_usd: Math.max(a.cost_usd, b.cost_usd),
  };
}

/** An agent that never worked. */
export function newMemory(name: string, now: string): AgentMemory {
  return {
    v: 1,
    supervisor: newSupervisor(name, SANDBOX_POLICY),
    usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0 },
    state: "idle",
    since: now,
    hasTerminal: false,
    logged: 0,
  };
}

/** The memory at the start of a job: nothing of the one before stays but who it is. */
export function withJob(memory: AgentMemory, assignment: Assignment): AgentMemory {
  const { supervisor, state, since, hasTerminal, logged, frozen } = memory;
  const { job, driver } = assignment;
  return {
    v: 1,
    ...(frozen === undefined ? {} : { frozen }),
    supervisor,
    state,
    since,
    hasTerminal,
    logged,
    usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0 },
    job: {
      kind: job.kind,
      id: jobId(job),
      attempt: job.attempt,
      driver: driverName(driver),
    },
  };
}

/** The memory when the job is over. */
export function withoutJob(memory: AgentMemory): AgentMemory {
  const { v, supervisor, usage, state, since, hasTerminal, logged, lastNote, frozen } = memory;
  return {
    v,
    ...(frozen === undefined ? {} : { frozen }),
    supervisor,
    usage,
    state,
    since,
    hasTerminal,
    logged,
    ...(lastNote === undefined ? {} : { lastNote }),
  };
}

/** What the supervisor's child means for the agent. */
export function stateOf({ supervisor, job }: AgentMemory): AgentState {
  const phase = supervisor.children[SANDBOX]?.phase ?? "down";
  if (job === undefined || phase === "down") return "idle";
  return phase === "up" ? "working" : phase;
}

/** True when what the sandbox is for has been reached, or can not be: it must not be started again. */
export function isFinal(memory: AgentMemory, down: NonNullable<AgentMemory["down"]>): boolean {
  if (memory.reached === true || memory.stop !== undefined || down.kind === "exited") return true;
  return down.kind === "refused" && REFUSALS.includes(down.error_code ?? "");
}

/** How the job ended. */
export function released(memory: AgentMemory): Released {
  const { reached, stop, exit, down, wip, usage } = memory;
  const more = { tail: exit?.tail ?? "", usage, ...(wip === undefined ? {} : { wip }) };
  const code = exit?.error_code ?? down?.error_code;
  const failed = { ...more, ...(code === undefined ? {} : { error_code: code }) };
  if (reached === true) return { type: "released", outcome: "done", reason: "done", ...more };
  if (stop !== undefined) return { type: "released", outcome: "stopped", reason: stop, ...more };
  // Told to end by somebody else: no failure of the agent, but a try, or it could go on for ever. A town that stops with
  // its agents is the exception: a person did that, and what it had is taken up again.
  if (exit?.error_code === "cancelled") {
    if (exit.reason === TOWN_STOPPED) {
      return { type: "released", outcome: "stopped", reason: exit.reason, ...more };
    }
    return { type: "released", outcome: "interrupted", reason: exit.reason, ...more };
  }
  if (exit !== undefined) {
    return { type: "released", outcome: exit.ok ? "done" : "failed", reason: exit.reason, ...failed };
  }
  const reason = down?.reason ?? "its sandbox did not come up";
  const outcome = down?.kind === "refused" ? "refused" : "lost";
  const givenUp = memory.supervisor.children[SANDBOX]?.phase === "given_up";
  return { type: "released", outcome, reason, ...failed, ...(givenUp ? { given_up: true } : {}) };
}

/** As the town shows it. */
export function statusOf(memory: AgentMemory): AgentStatus {
  const { state, since, activity, detail, isolation, reduced, lastNote, hasTerminal, job, frozen } = memory;
  return {
    state,
    since,
    has_terminal: hasTerminal,
    ...(activity === undefined ? {} : { activity }),
    ...(detail === undefined ? {} : { detail: detail.slice(0, 200) }),
    ...(memory.resetsAt === undefined ? {} : { resets_at: memory.resetsAt.slice(0, 64) }),
    ...(isolation === undefined ? {} : { isolation }),
    ...(reduced === undefined ? {} : { reduced: reduced.slice(0, 500) }),
    ...(lastNote === undefined ? {} : { last_note: lastNote.slice(0, 200) }),
    ...(job === undefined ? {} : { driver: job.driver }),
    ...(frozen?.confirmed === undefined ? {} : { frozen: new Date(frozen.confirmed).toISOString() }),
  };
}

/** The memory when the agent may go on: all that waits for a time waits as much longer as it stood still. */
export function thawed(memory: AgentMemory, now: number): AgentMemory {
  const { frozen, ...rest } = memory;
  if (frozen === undefined) return memory;
  const late = now - frozen.at;
  const children = Object.fromEntries(
    Object.entries(rest.supervisor.children).map(([id, child]) => [
      id,
      {
        ...child,
        since: child.since + late,
        restarts: child.restarts.map(at => at + late),
        ...(child.until === undefined ? {} : { until: child.until + late }),
      },
    ]),
  );
  return { ...rest, supervisor: { ...rest.supervisor, children } };
}

/** What an event of the sandbox adds to the memory. */
export function observed(memory: AgentMemory, event: SandboxEvent): AgentMemory {
  switch (event.type) {
    case "started": {
      const { reduced: _reduced, runUsage: _runUsage, ...rest } = memory;
      return {
        ...rest,
        hasTerminal: true,
        isolation: event.isolation,
        ...(event.reduced === undefined ? {} : { reduced: event.reduced }),
      };
    }
    case "activity": {
      const { detail: _detail, resetsAt: _resets, ...rest } = memory;
      return {
        ...rest,
        activity: event.activity,
        ...(event.resets_at === undefined ? {} : { resetsAt: event.resets_at }),
        ...(event.detail === undefined ? {} : { detail: event.detail }),
      };
    }
    case "note":
      return { ...memory, lastNote: event.text };
    case "submitted":
      return { ...memory, reached: true, detail: "submitted" };
    case "merging":
      return { ...memory, detail: "testing the merge result" };
    case "publishing":
      return { ...memory, detail: "pushing" };
    case "merge_result":
      // Of a batch, the last one.
      if (event.more === true) return memory;
      return { ...memory, reached: true, detail: event.result.kind.replace("_", " ") };
    case "snapshot":
      return { ...memory, wip: event.ref };
    case "usage": {
      const run = memory.runUsage ?? NOTHING_USED;
      const next = event.scope === "total" ? largest(run, event) : added(run, event, 1);
      return { ...memory, runUsage: next, usage: added(added(memory.usage, run, -1), next, 1) };
    }
    case "exited": {
      const { ok, reason, tail, error_code } = event;
      return { ...memory, activity: "exited", exit: { ok, reason, tail, error_code } };
    }
    case "nudge":
      return memory;
    case "gate":
      return { ...memory, detail: `${event.name} ${event.ok ? "passed" : "failed"}` };
    default:
      return event satisfies never;
  }
}
