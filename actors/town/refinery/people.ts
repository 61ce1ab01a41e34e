/** What people do to merge requests: have them tried again, and turn them down. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import {
  type MergeRequest,
  readSatellite,
  requireSatellite,
  SLUNG_LABEL,
} from "../../../store/schema/satellite.ts";
import { mergeRequestMachine, mergeRequestState, mergeRequestStatus } from "../../states/merge-request.ts";
import { leasedWork } from "../../states/work.ts";
import { dueTimer } from "../dispatch/due.ts";
import { isLeased } from "../dispatch/take-back.ts";
import { resolveStanding } from "../escalations/settle.ts";
import type { TownTurn } from "../town-turn.ts";
import { rejectWork } from "./outcome.ts";

/**
 * Queues a merge request anew, its retries forgiven. One that was rejected takes its bead along, unless that is done or
 * with an agent again.
 * @throws {AppError} invalid_transition
 */
export function retryMerge(ctx: TownTurn, bead: Bead, by: string): void {
  const state = mergeRequestState(bead.status);
  const request = requireSatellite(bead, "merge_request");
  if (state !== "queued") mergeRequestMachine.check(bead.id, state, "queued", "person");
  resolveStanding(ctx, bead.id, "blocked", "it is tried again");
  if (state === "rejected" && request.kind !== "landing") takeUpSource(ctx, bead, request);
  const { not_before: _wait, batch: _over, blocker: _done, reason: _why, away: _away, ...rest } = request;
  const next: MergeRequest = { ...rest, retries: 0 };
  ctx.update(bead.id, { status: mergeRequestStatus("queued"), metadata: { merge_request: next } });
  ctx.say("merge.retry", `${by} has the merge of ${request.source} tried again`, {
    rig: request.rig,
    bead: request.source,
  });
}

/** Turns it down: its bead goes back to an agent with the reason. @throws {AppError} invalid_transition */
export function rejectByPerson(ctx: TownTurn, bead: Bead, by: string, reason: string): void {
  mergeRequestMachine.check(bead.id, mergeRequestState(bead.status), "rejected", "person");
  rejectWork(ctx, bead, { kind: "review", reason: `turned down by ${by}: ${reason}` });
}

/** The bead of a rejected merge request waits for it again. */
function takeUpSource(ctx: TownTurn, bead: Bead, request: MergeRequest): void {
  const source = ctx.tx.get(request.source);
  const work = source && readSatellite(source, "work");
  if (source === undefined || work === undefined) {
    throw new AppError("invalid_transition", `${request.source} is gone, and nothing waits for ${bead.id}.`, {
      hint: "File the work anew.",
      data: { id: bead.id, source: request.source },
    });
  }
  if (isLeased(source)) {
    throw new AppError("invalid_transition", `${source.id} is ${source.status}: an agent is at it again.`, {
      hint: `Take it back first: \`gt unsling ${source.id}\`.`,
      data: { id: bead.id, source: source.id },
    });
  }
  leasedWork.check(source.id, source.status, "in_review", "person");
  ctx.setWork(
    source,
    { merge_request: bead.id, lease: { agent: request.agent, at: ctx.nowText } },
    { status: "in_review", assignee: request.agent, defer_until: null },
  );
  ctx.tx.addLabel(source.id, SLUNG_LABEL);
  ctx.turn.unschedule(dueTimer(source.id));
}
