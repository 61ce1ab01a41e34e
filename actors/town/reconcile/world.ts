/** What the rules look at: the beads that are live, and what is known of the agents. Nothing here changes. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { NotifyRoute } from "../../../store/schema/escalation.ts";
import type {
  Escalation,
  GateRecord,
  MayorRecord,
  MergeRequest,
  RigRecord,
  Still,
  TownRecord,
  Work,
} from "../../../store/schema/satellite.ts";
import type { ConvoyMember } from "../../states/convoy.ts";
import type { AgentRecord } from "../agents/record.ts";
import type { Gauge } from "../budgets/meters.ts";
import type { Stranded } from "../convoys/stranded.ts";
import type { PatrolFinding } from "../patrol/judge.ts";
import type { Unlanded } from "../refinery/integration.ts";
import type { FailedAttempt } from "../town-turn.ts";

/** A slung bead. */
export interface WorkItem {
  readonly bead: Bead;
  readonly work: Work;
}

/** A merge request that is not at its end, with the bead behind it. */
export interface MergeItem {
  readonly bead: Bead;
  readonly request: MergeRequest;
  readonly source: Bead | undefined;
}

/** A convoy that has not landed. */
export interface ConvoyItem {
  readonly bead: Bead;
  /** Failed members that were reported already. */
  readonly reported: readonly string[];
  /** Members that exist, or may exist where nobody can look now (`unreachable`). */
  readonly members: readonly (ConvoyMember & { readonly id: string })[];
  /** What keeps it from going on now; empty while something moves, and for one that nobody has begun. */
  readonly stranded: readonly Stranded[];
  /** The same, as reported last. */
  readonly strandedBefore: readonly Stranded[];
  /** Rigs whose integration branch is not in the target yet. */
  readonly unlanded?: readonly Unlanded[];
}

/** An open molecule with the bead behind it. */
export interface MoleculeItem {
  readonly root: Bead;
  readonly source: Bead | undefined;
}

/** An open gate of a molecule that a bead is worked on by. */
export interface GateItem {
  readonly bead: Bead;
  readonly record: GateRecord;
  /** True when everything else is done that stands before what it blocks. */
  readonly wanted: boolean;
  /** The answer that a mail gate waits for has come: who gave it. */
  readonly answered: string | undefined;
  /** True for a question whose bead is done, or gone: nobody needs the answer any more. */
  readonly over: boolean;
  /** Status of the bead that it waits for. */
  readonly other: string | undefined;
}

/** A message that is not over. */
export interface MailItem {
  readonly id: string;
  /** Undefined while it lies in a queue. */
  readonly inbox: string | undefined;
  /** True when it was claimed from a queue, and nobody has acknowledged it. */
  readonly claimed?: boolean;
  /** Run of its recipient that it was delivered to last; 0 for none. */
  readonly generation: number;
  /** Epoch milliseconds; infinite when never. */
  readonly expires: number;
}

/** An escalation that nobody has resolved. */
export interface EscalationItem {
  readonly bead: Bead;
  readonly escalation: Escalation;
  /** Why what it was about is over; undefined while it is not. */
  readonly over: string | undefined;
  /** When it will be over by itself if nothing happens, epoch milliseconds. */
  readonly overAt?: number;
}

/** A request for triage that nobody has resolved. */
export interface TriageItem {
  readonly id: string;
  /** Why the attempt that it is about needs nobody's look any more; undefined while it does. */
  readonly over: string | undefined;
}

export interface World {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Undefined while work starts; an emergency stop counts as a pause of all. */
  readonly paused: TownRecord["paused"];
  /** Agents that are to stand still, and why. */
  readonly frozen: ReadonlyMap<string, Still>;
  /** The mayor as an agent. */
  readonly mayor: MayorRecord;
  /** Thresholds of the patrol, of the town. */
  readonly patrol?: TownRecord["patrol"];
  readonly maxPolecats: number;
  readonly rigs: ReadonlyMap<string, RigRecord>;
  /** Prefixes whose beads can be read: a bead of another that is not found is not gone. */
  readonly prefixes: ReadonlySet<string>;
  readonly agents: ReadonlyMap<string, AgentRecord>;
  /** Hooked, in progress or in review. */
  readonly leased: readonly WorkItem[];
  /** Open, unblocked and undeferred; the most urgent first, then the oldest. As many as could be started. */
  readonly ready: readonly WorkItem[];
  readonly merges: readonly MergeItem[];
  readonly convoys: readonly ConvoyItem[];
  readonly molecules: readonly MoleculeItem[];
  readonly gates: readonly GateItem[];
  /** What agents were told last, and what merge requests wait for: the beads by id, as far as they exist. */
  readonly jobs: ReadonlyMap<string, Bead>;
  readonly failures: readonly FailedAttempt[];
  /** Budgets, with what was used of them; none in most towns. */
  readonly budgets: readonly Gauge[];
  readonly escalations: readonly EscalationItem[];
  readonly triage: readonly TriageItem[];
  readonly mail: readonly MailItem[];
}

/** What the town is to do. Ids, not beads: whoever applies it looks at them again. */
export type Action =
  | { readonly type: "tell_work"; readonly bead: string }
  | { readonly type: "tell_merge"; readonly merge_request: string }
  | { readonly type: "dispatch"; readonly bead: string; readonly agent: string }
  | { readonly type: "take_back"; readonly bead: string }
  | { readonly type: "fail_attempt"; readonly bead: string; readonly attempt: number; readonly text: string }
  | { readonly type: "finish"; readonly merge_request: string; readonly commit: string }
  | { readonly type: "stop_agent"; readonly agent: string; readonly reason: string }
  | {
      readonly type: "start_merge";
      readonly merge_request: string;
      /** Merged in the same run. */
      readonly members: readonly string[];
    }
  | { readonly type: "start_review"; readonly merge_request: string }
  | { readonly type: "tell_review"; readonly merge_request: string }
  | { readonly type: "review_late"; readonly merge_request: string }
  | { readonly type: "hold_merge"; readonly merge_request: string; readonly reason: string }
  | { readonly type: "unblock_merge"; readonly merge_request: string; readonly reason: string }
  | { readonly type: "land_branch"; readonly convoy: string; readonly rig: string }
  | { readonly type: "requeue"; readonly merge_request: string; readonly reason: string }
  | { readonly type: "withdraw"; readonly merge_request: string; readonly reason: string }
  | { readonly type: "land"; readonly convoy: string }
  | { readonly type: "report"; readonly convoy: string; readonly failed: readonly string[] }
  | { readonly type: "strand"; readonly convoy: string; readonly stranded: readonly Stranded[] }
  | { readonly type: "freeze_agent"; readonly agent: string; readonly reason: string }
  | { readonly type: "thaw_agent"; readonly agent: string }
  | { readonly type: "tell_mayor" }
  | { readonly type: "drained" }
  | { readonly type: "end_molecule"; readonly molecule: string; readonly outcome: "closed" | "failed" }
  | { readonly type: "arm_gate"; readonly gate: string }
  | { readonly type: "open_gate"; readonly gate: string; readonly reason: string }
  | { readonly type: "drop_gate"; readonly gate: string }
  | { readonly type: "escalate_gate"; readonly gate: string; readonly reason: string }
  | {
      readonly type: "notify";
      readonly escalation: string;
      readonly route: NotifyRoute;
      readonly level: number;
    }
  | { readonly type: "deliver_mail"; readonly agent: string; readonly message: string }
  | { readonly type: "drop_message"; readonly message: string; readonly reason: string }
  | { readonly type: "release_message"; readonly message: string }
  | { readonly type: "settle_triage"; readonly request: string; readonly reason: string }
  | { readonly type: "reescalate"; readonly escalation: string }
  | { readonly type: "resolve_escalation"; readonly escalation: string; readonly reason: string }
  | ({
      readonly type: "patrol";
      readonly agent: string;
      readonly job: string;
      readonly attempt: number;
    } & PatrolFinding)
  | {
      readonly type: "budget_said";
      /** Bead that holds it, and its name. */
      readonly budget: string;
      readonly id: string;
      readonly said: readonly string[];
      readonly text: string;
    }
  | {
      readonly type: "over_budget";
      readonly bead: string;
      readonly attempt: number;
      readonly budget: string;
      readonly text: string;
    }
  | { readonly type: "trip_breaker"; readonly beads: number }
  /** Look again then, epoch milliseconds. */
  | { readonly type: "wake_at"; readonly at: number };

/** An action and why it is to be done. */
export interface Planned {
  readonly rule: string;
  readonly reason: string;
  readonly action: Action;
}

/** What a rule finds; its name is added by `reconcile`. */
export type Finding = Omit<Planned, "rule">;

/** A rule looks at the world and says what should be done, and why. Pure. */
export type Rule = (world: World) => readonly Finding[];

/** Rules by name, in the order in which their actions are applied. */
export type Rules = Readonly<Record<string, Rule>>;
