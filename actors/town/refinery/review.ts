/**
 * Review before the gates: a rig with a reviewer has every merge request looked at by an agent, which says approve, request
 * changes, or escalate. A run that ends without a verdict counts; too many, and a person is asked. A person may say it too.
 */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { type MergeRequest, type Review, requireSatellite } from "../../../store/schema/satellite.ts";
import { clipToBytes } from "../../agent/prompts/data.ts";
import { reviewPrompt } from "../../agent/prompts/review.ts";
import { mergeRequestMachine, mergeRequestState, mergeRequestStatus } from "../../states/merge-request.ts";
import { ensureAgent, tell } from "../agents/assign.ts";
import { who } from "../calls/who.ts";
import { chooseIsolation } from "../dispatch/driver.ts";
import { resolveStanding } from "../escalations/settle.ts";
import { reviewerOf } from "../kinds.ts";
import { MAX_JOB_TEXT_BYTES } from "../limits.ts";
import type { Released } from "../methods.ts";
import type { TownTurn } from "../town-turn.ts";
import { targetFrom } from "./integration.ts";
import { demandRework, hold } from "./rework.ts";

const MINUTE_MS = 60_000;
/** Runs without a verdict on one commit, before a person is asked. */
const MAX_REVIEW_TRIES = 2;

export interface Verdict {
  readonly verdict: "approve" | "request_changes" | "escalate";
  readonly text: string | undefined;
}

/** Gives a queued merge request to the reviewer of its rig, under the next fencing number. */
export function startReview(ctx: TownTurn, bead: Bead): void {
  mergeRequestMachine.check(bead.id, mergeRequestState(bead.status), "reviewing", "town");
  const request = requireSatellite(bead, "merge_request");
  const { settings } = ctx.rig(request.rig);
  const tries = request.review?.head === request.head ? request.review.tries : 0;
  const deadline = new Date(ctx.now + settings.review_deadline_minutes * MINUTE_MS).toISOString();
  const { not_before: _wait, ...rest } = request;
  const next: MergeRequest = {
    ...rest,
    run: request.run + 1,
    review: { head: request.head, tries, deadline },
  };
  const started = ctx.update(bead.id, {
    status: mergeRequestStatus("reviewing"),
    metadata: { merge_request: next },
  });
  ctx.say("merge.review", `${request.source} is reviewed before it is merged`, {
    rig: request.rig,
    bead: request.source,
    agent: reviewerOf(request.rig),
  });
  tellReview(ctx, started, next);
}

/** The job of a review: the submitted commit in a worktree, the diff and the bead in its prompt, and nothing to submit. @throws {AppError} */
export function tellReview(ctx: TownTurn, bead: Bead, request: MergeRequest): void {
  const rig = ctx.rig(request.rig);
  const { reviewer } = rig.settings;
  if (reviewer === undefined) return;
  const source = ctx.tx.get(request.source);
  const { isolation, waived } = chooseIsolation(undefined, rig, ctx.settings);
  const agent = reviewerOf(rig.name);
  const attempt = Math.max(1, request.run);
  const prompt = reviewPrompt({
    agent,
    rig: rig.name,
    id: bead.id,
    source: request.source,
    bead: source,
    author: request.agent,
    branch: request.branch,
    target: request.target,
    said: request.review?.text,
  });
  const title = source?.title ?? bead.title;
  tell(
    ctx,
    ensureAgent(ctx, agent, "refinery"),
    {
      role: "refinery",
      job: {
        kind: "work",
        bead: { id: bead.id, title, description: "" },
        attempt,
        repo: ctx.paths.repo(rig.name),
        worktree: ctx.paths.worktree(rig.name, "reviewer"),
        branch: `review/${rig.name}/${bead.id}`,
        remote: "origin",
        target: request.target,
        ...targetFrom(ctx, request.target, rig),
        start: request.head,
        review: true,
        ...(rig.settings.merge_strategy === "local" ? { local: true } : {}),
        prompt: clipToBytes(prompt, MAX_JOB_TEXT_BYTES),
      },
      driver: reviewer,
      isolation,
      isolation_waived: waived,
      allow_hosts: rig.settings.allow_hosts,
    },
    { kind: "review", job: bead.id, bead: bead.id, title, attempt },
  );
}

/**
 * A verdict: of the agent that holds this review run, or of a person.
 * @throws {AppError} forbidden, invalid_transition, invalid_argument
 */
export function giveVerdict(ctx: TownTurn, bead: Bead, by: string, { verdict, text }: Verdict): void {
  const request = requireSatellite(bead, "merge_request");
  const state = mergeRequestState(bead.status);
  if (who(by) === "agent") checkReviewer(ctx, bead, request, by);
  if (!["queued", "reviewing", "blocked"].includes(state)) {
    throw new AppError("invalid_transition", `${bead.id} is ${state}, and its review is over.`, {
      hint:
        state === "merged"
          ? "What is wrong with it is a bead of its own."
          : `See \`gt mq show ${bead.id}\`; \`gt mq reject\` turns it down.`,
      data: { id: bead.id, from: state },
    });
  }
  if (verdict !== "approve" && text === undefined) {
    throw new AppError("invalid_argument", "Say what has to be different, or what a person has to decide.", {
      hint: "Add it as text: --message.",
    });
  }
  const about = { rig: request.rig, bead: request.source, agent: by };
  const words = text === undefined ? "" : `: ${text.split("\n")[0]?.slice(0, 200) ?? ""}`;
  const said = { approve: "approved", request_changes: "changes_requested", escalate: "escalated" } as const;
  const review: Review = {
    head: request.head,
    tries: request.review?.tries ?? 0,
    verdict: said[verdict],
    by,
    at: ctx.nowText,
    ...(text === undefined ? {} : { text: text.slice(0, 8_000) }),
  };
  const told = ctx.update(bead.id, { metadata: { merge_request: { ...request, review } } });
  ctx.say("merge.verdict", `${by} ${said[verdict].replaceAll("_", " ")} ${request.source}${words}`, about);
  markDone(ctx, bead, request);
  switch (verdict) {
    case "approve": {
      resolveStanding(ctx, bead.id, "blocked", `${by} approved it`);
      if (state === "queued") return;
      // A rework that is under way goes on; the merge waits for it.
      if (state === "blocked" && request.blocker !== undefined) return;
      mergeRequestMachine.check(bead.id, state, "queued", who(by) === "agent" ? "town" : "person");
      ctx.update(told.id, { status: mergeRequestStatus("queued") });
      return;
    }
    case "request_changes":
      demandRework(ctx, told, { kind: "review", reason: "the review asks for changes", text: text ?? "" });
      return;
    case "escalate":
      hold(ctx, told, `${by} asks for a person: ${text ?? ""}`);
      return;
    default:
      verdict satisfies never;
  }
}

/** The reviewer's run is over. With a verdict nothing is left to do. */
export function reviewEnded(ctx: TownTurn, bead: Bead, attempt: number, event: Released): void {
  const request = requireSatellite(bead, "merge_request");
  if (mergeRequestState(bead.status) !== "reviewing" || request.run !== attempt) return;
  noVerdict(ctx, bead, event.reason, event.outcome !== "stopped");
}

/** Its time is over: as if it had ended without a word; the run is stopped by the rule about strays. */
export function reviewLate(ctx: TownTurn, bead: Bead): void {
  noVerdict(ctx, bead, "no verdict came within the time limit", true);
}

function noVerdict(ctx: TownTurn, bead: Bead, reason: string, counts: boolean): void {
  const request = requireSatellite(bead, "merge_request");
  const { deadline: _over, ...before } = request.review ?? { head: request.head, tries: 0 };
  const tries = before.tries + (counts ? 1 : 0);
  const next: MergeRequest = { ...request, review: { ...before, tries } };
  const told = ctx.update(bead.id, { metadata: { merge_request: next } });
  if (tries >= MAX_REVIEW_TRIES) {
    hold(ctx, told, `${tries} reviews ended without a verdict; the last: ${reason}`);
    return;
  }
  mergeRequestMachine.check(bead.id, "reviewing", "queued", "town");
  ctx.update(bead.id, { status: mergeRequestStatus("queued") });
  ctx.say("merge.review", `The review of ${request.source} ended without a verdict: ${reason}`, {
    rig: request.rig,
    bead: request.source,
    level: "warn",
  });
}

/** @throws {AppError} forbidden unless it is the agent that reviews it now */
function checkReviewer(ctx: TownTurn, bead: Bead, request: MergeRequest, by: string): void {
  const told = ctx.agents.get(by)?.told;
  const holds = told?.kind === "review" && told.job === bead.id && told.attempt === request.run;
  if (holds && told.done !== true && mergeRequestState(bead.status) === "reviewing") return;
  throw new AppError("forbidden", `${by} does not review ${bead.id} now.`, {
    hint: "A verdict comes from the agent that was given the review, or from a person.",
    data: { id: bead.id },
  });
}

/** The reviewer has said it: its run is about to end by itself. */
function markDone(ctx: TownTurn, bead: Bead, request: MergeRequest): void {
  const record = ctx.agents.get(reviewerOf(request.rig));
  const { told } = record ?? {};
  if (record === undefined || told?.job !== bead.id || told.attempt !== request.run || ctx.by !== record.id)
    return;
  ctx.setAgent({ ...record, told: { ...told, done: true } });
}
