/** How each state is shown: a tone, a glyph and a word, so that it can be told in greyscale and by ear. */
import type { AgentView, FeedEvent, MergeRequestView } from "../../../runtime/gateway/contract/views.ts";
import type { IconName } from "./icons.ts";

export type Tone = "ready" | "hooked" | "progress" | "review" | "done" | "failed" | "warn";

export interface StateWords {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly word: string;
}

const BEAD: Readonly<Record<string, StateWords>> = {
  open: { tone: "ready", icon: "ready", word: "Ready" },
  blocked: { tone: "ready", icon: "blocked", word: "Blocked" },
  deferred: { tone: "ready", icon: "wait", word: "Deferred" },
  pinned: { tone: "ready", icon: "idle", word: "Pinned" },
  hooked: { tone: "hooked", icon: "hooked", word: "Hooked" },
  in_progress: { tone: "progress", icon: "progress", word: "In progress" },
  in_review: { tone: "review", icon: "review", word: "In review" },
  closed: { tone: "done", icon: "done", word: "Done" },
  failed: { tone: "failed", icon: "failed", word: "Failed" },
};

/** A bead's state; statuses that a store has defined itself are shown by their own name. */
export function beadState(status: string): StateWords {
  return BEAD[status] ?? { tone: "ready", icon: "idle", word: status.replaceAll("_", " ") };
}

/** An agent's state, from what its actor holds and from what the evidence says that it does. */
export function agentState(agent: Pick<AgentView, "state" | "activity">): StateWords {
  switch (agent.state) {
    case "given_up":
      return { tone: "failed", icon: "failed", word: "Gave up" };
    case "backoff":
      return { tone: "warn", icon: "wait", word: "Retrying soon" };
    case "starting":
      return { tone: "progress", icon: "wait", word: "Starting" };
    case "stopping":
      return { tone: "ready", icon: "wait", word: "Stopping" };
    case "idle":
      return { tone: "ready", icon: "idle", word: "Idle" };
    case "working":
      return workingState(agent.activity);
  }
}

function workingState(activity: AgentView["activity"]): StateWords {
  switch (activity) {
    case "waiting_for_person":
      return { tone: "warn", icon: "lamp", word: "Needs you" };
    case "rate_limited":
      return { tone: "warn", icon: "wait", word: "Rate limited" };
    case "idle":
      return { tone: "ready", icon: "idle", word: "Quiet" };
    case "exited":
      return { tone: "ready", icon: "idle", word: "Ending" };
    case "starting":
    case "working":
    case undefined:
      return { tone: "progress", icon: "progress", word: "Working" };
  }
}

/** A merge request's state. */
export function mergeState(state: MergeRequestView["state"]): StateWords {
  switch (state) {
    case "queued":
      return { tone: "review", icon: "wait", word: "Queued to merge" };
    case "reviewing":
      return { tone: "review", icon: "review", word: "In review" };
    case "proposed":
      return { tone: "review", icon: "wait", word: "Pull request is open" };
    case "blocked":
      return { tone: "warn", icon: "warn", word: "Waits for rework or a person" };
    case "merging":
      return { tone: "review", icon: "review", word: "Merging and testing" };
    case "merged":
      return { tone: "done", icon: "done", word: "Merged" };
    case "rejected":
      return { tone: "failed", icon: "failed", word: "Sent back" };
  }
}

/** The mark of a feed line. */
export function feedMark(event: Pick<FeedEvent, "level" | "type">): StateWords {
  if (event.level === "error") return { tone: "failed", icon: "failed", word: "Error" };
  if (event.level === "warn") return { tone: "warn", icon: "warn", word: "Warning" };
  if (event.level === "good") return { tone: "done", icon: "done", word: "Good" };
  if (event.type.startsWith("merge.")) return { tone: "review", icon: "review", word: "Merge" };
  if (event.type.startsWith("agent.")) return { tone: "progress", icon: "progress", word: "Agent" };
  return { tone: "ready", icon: "info", word: "Note" };
}
