/**
 * Rework: a bead of its own that blocks a merge request until something was changed on the same branch. One at a time
 * for each merge request, and so many as the rig allows; then a person is asked.
 */

import type { SandboxEvent } from "../../../agent-sandbox/protocol/events.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import {
  type MergeRequest,
  readSatellite,
  requireSatellite,
  SLUNG_LABEL,
  type Work,
  workSchema,
} from "../../../store/schema/satellite.ts";
import { mergeRequestMachine, mergeRequestState, mergeRequestStatus } from "../../states/merge-request.ts";
import { isDone, leasedWork } from "../../states/work.ts";
import { endAttempt, UNLEASED } from "../dispatch/attempts.ts";
import { raiseEscalation } from "../escalations/raise.ts";
import type { TownTurn } from "../town-turn.ts";

type Submitted = Extract<SandboxEvent, { type: "submitted" }>;

const REWORK_LABEL = "gt:rework";
const MAX_TEXT_CHARS = 20_000;

/** What is to be changed, and why. */
export interface ReworkDemand {
  readonly kind: "review" | "conflict" | "gate";
  /** One line. */
  readonly reason: string;
  /** What the agent is told. */
  readonly text: string;
}

const TITLE: Readonly<Record<ReworkDemand["kind"], string>> = {
  review: "Rework",
  conflict: "Resolve the conflict of",
  gate: "Repair",
};

/** Blocks the merge request by a new bead, or by what it waits for already; holds it when there were too many. */
export function demandRework(ctx: TownTurn, bead: Bead, demand: ReworkDemand): void {
  const request = requireSatellite(bead, "merge_request");
  const rig = ctx.rig(request.rig);
  const waits = request.blocker === undefined ? undefined : ctx.tx.get(request.blocker);
  if (waits !== undefined && !isDone(waits.status)) {
    ctx.comment(waits.id, demand.text, "town");
    return;
  }
  const reworks = (request.reworks ?? 0) + 1;
  if (reworks > rig.settings.max_reworks) {
    hold(ctx, bead, `${demand.reason}; it was reworked ${reworks - 1} times already`);
    return;
  }
  const made = createRework(ctx, bead, request, demand);
  ctx.tx.addDependency(bead.id, made.id, "blocks");
  block(ctx, bead, { ...request, blocker: made.id, reworks, reason: demand.reason });
  ctx.say("merge.rework", `${request.source} is reworked by ${made.id}: ${demand.reason}`, {
    rig: request.rig,
    bead: made.id,
    level: "warn",
  });
}

/** Nobody but a person can say how it goes on. */
export function hold(ctx: TownTurn, bead: Bead, reason: string): void {
  const request = requireSatellite(bead, "merge_request");
  const { blocker: _none, ...rest } = request;
  block(ctx, bead, { ...rest, reason });
  raiseEscalation(ctx, {
    severity: "high",
    category: "blocked",
    source: bead.id,
    title: `The merge of ${request.source} waits for a person`,
    text: [
      `${bead.id}, the merge of ${request.source} into ${request.target} of ${request.rig}: ${reason}.`,
      `Look: gt mq show ${bead.id}. Try again: gt mq retry ${bead.id}. Turn down: gt mq reject ${bead.id} --reason TEXT.`,
    ].join("\n"),
  });
  ctx.say("merge.blocked", `The merge of ${request.source} waits for a person: ${reason}`, {
    rig: request.rig,
    bead: request.source,
    level: "error",
  });
}

/** What it waited for is done: back into the queue. */
export function unblock(ctx: TownTurn, bead: Bead, reason: string): void {
  const { blocker: _done, reason: _why, ...request } = requireSatellite(bead, "merge_request");
  mergeRequestMachine.check(bead.id, mergeRequestState(bead.status), "queued", "town");
  ctx.update(bead.id, { status: mergeRequestStatus("queued"), metadata: { merge_request: request } });
  ctx.say("merge.unblocked", `The merge of ${request.source} goes on: ${reason}`, {
    rig: request.rig,
    bead: request.source,
  });
}

/** The reworked branch was pushed: the rework is done, and its merge request is at the new commit. */
export function reworkSubmitted(ctx: TownTurn, bead: Bead, work: Work, event: Submitted): void {
  const { rework } = work;
  if (rework === undefined || isDone(bead.status)) return;
  const found = ctx.tx.get(rework.merge_request);
  const request = found && readSatellite(found, "merge_request");
  leasedWork.check(bead.id, bead.status, "in_review", "town");
  ctx.setWork(
    bead,
    { lease: undefined, attempts: endAttempt(work, ctx.nowText, "submitted") },
    { ...UNLEASED, status: "in_review" },
  );
  ctx.close(bead.id, `Reworked: ${rework.branch} is at ${event.head.slice(0, 7)}`);
  ctx.unlabel(bead.id);
  const about = { rig: work.rig, bead: bead.id, ...(work.lease && { agent: work.lease.agent }) };
  ctx.say("bead.submitted", `${work.lease?.agent ?? "somebody"} has reworked ${rework.branch}`, about);
  if (found === undefined || request?.blocker !== bead.id || found.status !== mergeRequestStatus("blocked"))
    return;
  // What was said and tested of the old commit does not hold of the new one.
  const { review: _review, verified: _verified, ...rest } = request;
  const { head, base, commits, verified } = event;
  const now = verified === undefined ? {} : { verified };
  const next: MergeRequest = { ...rest, head, base, commits, retries: 0, ...now };
  unblock(ctx, ctx.update(found.id, { metadata: { merge_request: next } }), `${bead.id} is done`);
}

function block(ctx: TownTurn, bead: Bead, request: MergeRequest): void {
  const state = mergeRequestState(bead.status);
  if (state !== "blocked") mergeRequestMachine.check(bead.id, state, "blocked", "town");
  const { batch: _over, not_before: _wait, ...next } = request;
  ctx.update(bead.id, { status: mergeRequestStatus("blocked"), metadata: { merge_request: next } });
}

function createRework(ctx: TownTurn, bead: Bead, request: MergeRequest, demand: ReworkDemand): Bead {
  const source = ctx.tx.get(request.source);
  const slung = source && readSatellite(source, "work")?.slung;
  const work: Work = {
    ...workSchema.parse({ rig: request.rig }),
    slung: { ...slung, at: ctx.nowText, by: "town" },
    rework: { merge_request: bead.id, branch: request.branch, head: request.head, agent: request.agent },
  };
  const made = ctx.create({
    prefix: ctx.rig(request.rig).prefix,
    title: `${TITLE[demand.kind]} ${request.source}: ${demand.reason}`.slice(0, 400),
    description: [
      `The branch ${request.branch} was submitted for ${request.source} (${source?.title ?? "gone"}) and cannot be merged`,
      `into ${request.target} as it is: ${demand.reason}. Change it on the same branch, and submit again.`,
      ...(demand.kind === "conflict"
        ? [
            `Merge ${request.target} into ${request.branch}, resolve the conflicts, and keep what both sides meant.`,
          ]
        : []),
      "",
      demand.text.slice(0, MAX_TEXT_CHARS),
    ].join("\n"),
    issue_type: "task",
    priority: Math.max(0, bead.priority - 1),
    created_by: "town",
    metadata: { work },
  });
  ctx.tx.addLabel(made.id, SLUNG_LABEL);
  ctx.tx.addLabel(made.id, REWORK_LABEL);
  return made;
}
