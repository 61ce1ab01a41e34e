/**
 * What a town knows of an agent at the moment: observations, kept in the town's storage. Who the agent is, and what it
 * has done, is in its bead; whether it works on something is decided by the beads, never by these.
 */
import type { AgentRole } from "../../../store/schema/agent.ts";
import type { Usage } from "../../../store/schema/budget.ts";
import type { AgentView } from "../../../store/schema/views.ts";
import type { AgentStatus } from "../methods.ts";
import type { Watch } from "../patrol/judge.ts";

/** The job that an agent was given last and has not yet let go of. */
export interface Told {
  readonly kind: "work" | "merge" | "review" | "session";
  /** Bead or merge request; of a session the agent's own bead. */
  readonly job: string;
  /** The bead that it is about; the same as `job` for work. */
  readonly bead: string;
  readonly title: string;
  /** Fencing number: attempt of the bead, run of the merge request, number of the session. */
  readonly attempt: number;
  /** RFC 3339 */
  readonly at: string;
  /** Its result was taken in: the run is about to end by itself. */
  readonly done?: boolean;
  /** Why it was asked to stop. */
  readonly stop?: string;
  /** What it says it is doing. */
  readonly says?: string;
  /** Its question that nobody answered yet. */
  readonly asks?: { readonly gate: string; readonly question: string };
  /** Names under which its tokens may have a price: its model's, its program's. */
  readonly priced?: readonly string[];
  /** What its attempt used so far, as it reports; time is counted apart. */
  readonly usage?: Usage;
  /** What the patrol has seen of it. */
  readonly watch?: Watch;
  /** Milliseconds of it that it was frozen, up to the last thaw. */
  readonly frozen_ms?: number;
}

export interface AgentRecord {
  readonly id: string;
  readonly rig: string;
  readonly name: string;
  readonly role: AgentRole;
  readonly status: AgentStatus;
  readonly generation: number;
  readonly completed: number;
  readonly told?: Told;
  /** Messages that are on their way to it: its actor has them and has not said what became of them. */
  readonly mail?: readonly string[];
  /** It was told to stand still at that time, RFC 3339, and not yet to go on. */
  readonly frozen_at?: string;
}

/** Key of the record in the town's storage. */
export const AGENT_KEY = "agent/";

/** True when it may be given a job. */
export function isFree(record: AgentRecord): boolean {
  return record.told === undefined && record.status.state !== "given_up";
}

/** True while it works on something by means that read words: not a script, and not a merge. */
export function isBusyWithWords({ told, status, role }: AgentRecord): boolean {
  const reads = told?.kind === "work" || told?.kind === "session";
  if (!reads || told.stop !== undefined || role === "refinery") return false;
  return status.state === "working" && status.driver !== "script";
}

/** An agent that was never told anything. */
export function newRecord(id: string, role: AgentRole, at: string, completed = 0): AgentRecord {
  const slash = id.indexOf("/");
  return {
    id,
    rig: id.slice(0, slash),
    name: id.slice(slash + 1),
    role,
    status: { state: "idle", since: at, has_terminal: false },
    generation: 0,
    completed,
  };
}

/** How long it has been at its job, in milliseconds, without the time that it was frozen; 0 for one without a job. */
export function activeMs({ told, frozen_at }: AgentRecord, now: number): number {
  if (told === undefined) return 0;
  const until = frozen_at === undefined ? now : Date.parse(frozen_at);
  return Math.max(0, until - Date.parse(told.at) - (told.frozen_ms ?? 0));
}

/** A session is about no bead. */
function jobView(told: Told | undefined): Pick<AgentView, "bead" | "bead_title" | "attempt"> {
  if (told === undefined) return {};
  if (told.kind === "session") return { attempt: told.attempt };
  return { bead: told.bead, bead_title: told.title, attempt: told.attempt };
}

/** As people see it. */
export function agentView(record: AgentRecord): AgentView {
  const { id, name, role, rig, status, generation, completed, told } = record;
  return {
    id,
    name,
    role,
    rig,
    ...status,
    generation,
    completed,
    ...jobView(told),
    ...(told?.says === undefined ? {} : { says: told.says }),
    ...(told?.asks === undefined || status.state !== "working"
      ? {}
      : { activity: "waiting_for_person", detail: told.asks.question }),
  };
}
