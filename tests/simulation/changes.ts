/** What may become of a bead in one commit. Each check answers what is wrong, in words; nothing wrong is an empty list. */

import { mergeRequestMachine, mergeRequestState } from "../../actors/states/merge-request.ts";
import { isDone } from "../../actors/states/work.ts";
import { isWorkType } from "../../actors/town/kinds.ts";
import { MAX_MERGE_RETRIES, MAX_TRIES } from "../../actors/town/limits.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { readSatellite, SLUNG_LABEL, type Work } from "../../store/schema/satellite.ts";
import type { Remotes } from "./remotes.ts";
import { type BeadChange, isForgotten } from "./watcher.ts";
import type { Wishes } from "./wishes.ts";

/** What the checks need to know besides the change. */
export interface Facts {
  readonly remotes: Remotes;
  readonly wishes: Wishes;
  /** True for a bead that somebody else wrote to: what he made of it is not the town's doing. */
  readonly foreign: (id: string) => boolean;
  /** Times that something befell the town: each may begin the count of attempts anew. */
  readonly meddled: number;
  /** Attempts on a bead that did not count: ended by a budget, or by a gate that it waits for. */
  readonly givenBack: (id: string) => number;
  /** Undefined for a bead that is not there. */
  readonly status: (id: string) => string | undefined;
}

/** @returns what is wrong with this change */
export function checkChange(facts: Facts, { id, before, after }: BeadChange): string[] {
  if (after === undefined) return checkGone(facts, id, before);
  if (facts.foreign(id)) return [];
  if (after.issue_type === "merge-request") return checkRequest(facts, before, after);
  if (isWorkType(after.issue_type)) return checkWork(facts, before, after);
  if (after.issue_type === "convoy" && after.status === "closed" && before?.status !== "closed") {
    return facts.wishes.has("close", id) ? [] : checkLanded(facts, after);
  }
  return [];
}

/** Types whose beads the town itself lets go: a rig that could not be cloned, the steps of work that begins anew. */
const FORGOTTEN = ["rig", "molecule", "step", "gate"];

function checkGone({ wishes, foreign }: Facts, id: string, before: Bead | undefined): string[] {
  if (
    before === undefined ||
    wishes.has("delete", id) ||
    foreign(id) ||
    FORGOTTEN.includes(before.issue_type) ||
    isForgotten(before)
  )
    return [];
  return [`${id} is gone, and nobody asked for it`];
}

/** A convoy lands only when everything in it is closed, or was deleted. */
function checkLanded({ status }: Facts, convoy: Bead): string[] {
  return (convoy.dependencies ?? []).flatMap(edge => {
    const member = edge.type === "tracks" ? status(edge.depends_on_id) : undefined;
    if (member === undefined || member === "closed") return [];
    return [`${convoy.id} has landed while ${edge.depends_on_id} is ${member}`];
  });
}

function checkWork(
  { remotes, wishes, meddled, givenBack, status }: Facts,
  before: Bead | undefined,
  after: Bead,
): string[] {
  const wrong: string[] = [];
  const { id } = after;
  const work = readSatellite(after, "work");
  const old = before && readSatellite(before, "work");
  if (before !== undefined && isDone(before.status) && after.status !== before.status) {
    if (!wishes.has("reopen", id)) wrong.push(`${id} was ${before.status} and became ${after.status}`);
    wishes.grant("reopen", id);
  }
  if (after.status === "closed" && before?.status !== "closed") {
    const merged = remotes.landed.some(({ bead, commit }) => bead === id && commit === work?.merge_commit);
    if (after.close_reason?.startsWith("Merged in") && !merged)
      wrong.push(`${id} is closed as merged, and is not`);
    else if (!merged && !wishes.has("close", id) && !isReworked(remotes, after) && !isNeedless(status, work))
      wrong.push(`${id} is closed, neither merged nor by a person`);
    wishes.grant("close", id);
  }
  if (work === undefined) {
    if (old !== undefined) wrong.push(`${id} has lost what was known of its work`);
    return wrong;
  }
  if (work.attempt < (old?.attempt ?? 0))
    wrong.push(`${id} goes back from attempt ${old?.attempt} to ${work.attempt}`);
  if (work.attempt > (old?.attempt ?? 0) + 1) wrong.push(`${id} leaps to attempt ${work.attempt}`);
  if (work.attempt > MAX_TRIES * (1 + meddled) + givenBack(id))
    wrong.push(`${id} is at attempt ${work.attempt}`);
  const failure = work.last_failure;
  if (failure?.text.startsWith("the agent ended without submitting")) {
    const submitted = [...remotes.pushed.values()].some(
      each => each.told && each.bead === id && each.attempt === failure.attempt,
    );
    if (submitted)
      wrong.push(`${id} was submitted in attempt ${failure.attempt}, and the town says it was not`);
  }
  if (work.tries > MAX_TRIES) wrong.push(`${id} is tried ${work.tries} times`);
  if (work.attempt > (old?.attempt ?? 0) && after.status !== "hooked")
    wrong.push(`${id} has an attempt and is ${after.status}`);
  const underway = after.status === "hooked" || after.status === "in_progress";
  if (underway && after.labels?.includes(SLUNG_LABEL) && work.lease?.agent !== after.assignee) {
    wrong.push(`${id} is ${after.status} by ${after.assignee}, and its lease is ${work.lease?.agent}'s`);
  }
  if (after.status === "failed" && work.last_failure === undefined)
    wrong.push(`${id} failed without a reason`);
  return wrong;
}

/** A rework whose merge request is over: a person closed the work that it is about. */
function isNeedless(status: Facts["status"], work: Work | undefined): boolean {
  return work?.rework !== undefined && status(work.rework.merge_request) === "failed";
}

/** A rework bead is done when its agent has pushed to the branch that it is about. */
function isReworked({ pushed }: Remotes, bead: Bead): boolean {
  if (!bead.labels?.includes("gt:rework") && !bead.close_reason?.startsWith("Reworked:")) return false;
  return [...pushed.values()].some(each => each.bead === bead.id);
}

function checkRequest({ remotes, status, wishes }: Facts, before: Bead | undefined, after: Bead): string[] {
  const wrong: string[] = [];
  const { id } = after;
  const request = readSatellite(after, "merge_request");
  const old = before && readSatellite(before, "merge_request");
  if (request === undefined) return [`${id} cannot be read as a merge request`];
  const state = mergeRequestState(after.status);
  const from = before === undefined ? mergeRequestMachine.initial : mergeRequestState(before.status);
  const wished = wishes.has("retry", id);
  wishes.grant("retry", id);
  // Approved, or done with what blocked it, it may be taken up in the same commit.
  const can = (a: typeof from, b: typeof from) => a === b || mergeRequestMachine.can(a, b, "town");
  if (!can(from, state) && !(can(from, "queued") && can("queued", state)) && !wished)
    wrong.push(`${id} went from ${from} to ${state}`);
  const landing = request.kind === "landing";
  if (
    state === "merging" &&
    from !== state &&
    !landing &&
    !["in_review", undefined].includes(status(request.source))
  ) {
    wrong.push(`${id} is taken up, and ${request.source} is ${status(request.source)}`);
  }
  if (state === "merged") {
    // On the forge a person merges the branch as it is by then.
    const landed = remotes.landed.some(
      ({ head, rig, bead, commit }) =>
        rig === request.rig &&
        commit === request.merge_commit &&
        (head === request.head || (request.pull !== undefined && bead === request.source)),
    );
    if (!landed) wrong.push(`${id} is merged, and ${request.head} is not in the target`);
  }
  if (state === "rejected" && (request.reason ?? "") === "") wrong.push(`${id} is rejected without a reason`);
  if (request.run < (old?.run ?? 0)) wrong.push(`${id} goes back from run ${old?.run} to ${request.run}`);
  if (request.retries > MAX_MERGE_RETRIES) wrong.push(`${id} is retried ${request.retries} times`);
  if (before !== undefined) return wrong;
  const pushed = remotes.pushed.get(request.head);
  if (request.commits > 0 && pushed === undefined)
    wrong.push(`${id} is of ${request.head}, which nobody pushed`);
  if (pushed !== undefined && (pushed.bead !== request.source || pushed.attempt !== request.attempt)) {
    wrong.push(
      `${id} is of ${request.source}, attempt ${request.attempt}; its commits are of ${pushed.bead}, attempt ${pushed.attempt}`,
    );
  }
  return wrong;
}
