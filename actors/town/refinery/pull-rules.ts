/** What is to be done about a pull request, from what the forge says of it. Pure. */

import type { Pull } from "../../../store/schema/satellite.ts";
import type { PullFacts } from "../../ports.ts";

export interface PullSettings {
  readonly autoMerge: boolean;
  /** How long everything has to allow the merge before it is done, milliseconds. */
  readonly delayMs: number;
}

export type PullStep =
  /** Nothing now; `why` is for people. */
  | { readonly type: "wait"; readonly why: string; readonly at?: number }
  | { readonly type: "merge" }
  /** All that keeps it back is that the target went on. */
  | { readonly type: "update" }
  | { readonly type: "merged"; readonly commit: string }
  | { readonly type: "closed" }
  /** Somebody pushed to the branch: what was tested is not what is there. */
  | { readonly type: "moved"; readonly head: string }
  | {
      readonly type: "rework";
      readonly kind: "conflict" | "review" | "gate";
      readonly reason: string;
      readonly text: string;
    };

/** The record of a pull request with what was seen, and what is to be done. @param head Commit that was submitted and tested. */
export function decidePull(
  before: Pull,
  facts: PullFacts,
  head: string,
  settings: PullSettings,
  now: number,
): { readonly pull: Pull; readonly step: PullStep } {
  const { green_since: since, ...rest } = before;
  const seen: Pull = {
    ...rest,
    url: facts.url,
    state: facts.state,
    checks: facts.checks,
    reviews: facts.reviews,
    conflict: facts.conflict,
    draft: facts.draft,
    head: facts.head,
    failures: 0,
  };
  if (facts.state === "merged") {
    // Without its commit nobody can say what is in the target: asked again.
    const step: PullStep =
      facts.commit === undefined
        ? { type: "wait", why: "the forge does not tell its merge commit yet" }
        : { type: "merged", commit: facts.commit };
    return { pull: seen, step };
  }
  if (facts.state === "closed") return { pull: seen, step: { type: "closed" } };
  if (facts.head !== head) return { pull: seen, step: { type: "moved", head: facts.head } };
  const demand = demanded(before, facts);
  if (demand !== undefined) {
    return { pull: { ...seen, feedback: demand.mark }, step: demand.step };
  }
  const why = whatHinders(facts);
  const behind = facts.behind === true && settings.autoMerge && why === NOT_ALLOWED;
  if (behind && before.updated !== head) {
    const pull = { ...seen, updated: head, updates: (before.updates ?? 0) + 1 };
    return { pull, step: { type: "update" } };
  }
  if (behind) return { pull: seen, step: { type: "wait", why: "the forge brings its branch up to date" } };
  if (why !== undefined) return { pull: seen, step: { type: "wait", why } };
  const green_since = since ?? new Date(now).toISOString();
  const pull = { ...seen, green_since };
  if (!settings.autoMerge) return { pull, step: { type: "wait", why: "a person merges it" } };
  const at = Date.parse(green_since) + settings.delayMs;
  if (now < at)
    return { pull, step: { type: "wait", why: "everything allows it; it is merged after the delay", at } };
  return { pull, step: { type: "merge" } };
}

/** What has to be changed on the branch; each thing is handed on once. */
function demanded(
  before: Pull,
  facts: PullFacts,
): { readonly mark: string; readonly step: PullStep } | undefined {
  const { feedback, failed, head } = facts;
  if (facts.reviews === "changes_requested" && feedback !== undefined) {
    // What they say stands until they look again, also when something was pushed since.
    const mark = `review:${feedback.id}`;
    const reason = "reviewers ask for changes";
    return before.feedback === mark
      ? undefined
      : { mark, step: { type: "rework", kind: "review", reason, text: feedback.text } };
  }
  if (facts.conflict) {
    const mark = `conflict:${head}`;
    const reason = "the forge finds a conflict with the target";
    return before.feedback === mark
      ? undefined
      : { mark, step: { type: "rework", kind: "conflict", reason, text: "" } };
  }
  if (facts.checks === "failed") {
    const mark = `checks:${head}`;
    const reason = `checks failed on the pull request: ${failed.slice(0, 10).join(", ")}`;
    return before.feedback === mark
      ? undefined
      : {
          mark,
          step: {
            type: "rework",
            kind: "gate",
            reason,
            text: `Failed: ${failed.join(", ")}. See ${facts.url}`,
          },
        };
  }
  return undefined;
}

const NOT_ALLOWED = "the forge does not allow the merge yet";

function whatHinders(facts: PullFacts): string | undefined {
  if (facts.draft) return "it is a draft";
  if (facts.reviews === "changes_requested") return "reviewers ask for changes";
  if (facts.reviews === "required") return "it waits for a review";
  if (facts.checks === "pending") return "its checks run";
  if (facts.checks === "failed") return "its checks failed";
  if (!facts.mergeable) return NOT_ALLOWED;
  return undefined;
}
