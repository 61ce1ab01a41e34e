/** What becomes of a merge request, and of the bead behind it. Each is one commit on the branch. */
import type { Bead } from "../../../store/schema/bead.ts";
import {
  MAX_COMPLETED_KEPT,
  MAX_FAILURE_CHARS,
  type MergeRequest,
  readSatellite,
  requireSatellite,
  SLUNG_LABEL,
} from "../../../store/schema/satellite.ts";
import { tail } from "../../agent/prompts/data.ts";
import { backoff } from "../../kernel/clock.ts";
import { mergeRequestMachine, mergeRequestState, mergeRequestStatus } from "../../states/merge-request.ts";
import { isDone, leasedWork } from "../../states/work.ts";
import { endAttempt } from "../dispatch/attempts.ts";
import { dueTimer } from "../dispatch/due.ts";
import { type AttemptFailure, failAttempt } from "../dispatch/fail.ts";
import { unsling } from "../dispatch/take-back.ts";
import { forgiveAgent } from "../escalations/agents.ts";
import { resolveStanding } from "../escalations/settle.ts";
import { agentBeadId, refineryOf } from "../kinds.ts";
import { MAX_MERGE_RETRIES, MERGE_BACKOFF_MAX_MS, MERGE_BACKOFF_MS } from "../limits.ts";
import type { TownTurn } from "../town-turn.ts";
import { branchLanded, noteIntegrated } from "./integration.ts";

/** The remote has it: the bead closes in the commit that records where. */
export function merged(ctx: TownTurn, bead: Bead, commit: string): void {
  const state = mergeRequestState(bead.status);
  const request = requireSatellite(bead, "merge_request");
  const reason = `Merged in ${commit.slice(0, 7)}`;
  if (state !== "merged") {
    mergeRequestMachine.check(bead.id, state, "merged", "town");
    const { batch: _over, ...rest } = request;
    ctx.update(bead.id, { metadata: { merge_request: { ...rest, merge_commit: commit } } });
    ctx.close(bead.id, reason);
    ctx.turn.unschedule(dueTimer(bead.id));
    settleBlocker(ctx, bead);
    noteIntegrated(ctx, request, commit);
    recordCompleted(ctx, refineryOf(request.rig), { id: request.source, title: bead.title }, bead.id, commit);
  }
  if (request.kind === "landing") {
    if (state === "merged") return;
    branchLanded(ctx, request, commit);
    retire(ctx, request, [request.branch]);
    return;
  }
  const about = { rig: request.rig, bead: request.source, agent: request.agent };
  const source = ctx.tx.get(request.source);
  if (source === undefined || !isUnderReview(source, bead.id)) {
    if (state === "merged") {
      // Told again, perhaps since not all of it could be stored the first time: what follows of it may be missing.
      const work = source && readSatellite(source, "work");
      if (source !== undefined && work?.merge_commit === commit) tidyUp(ctx, source, bead, request, commit);
      return;
    }
    // Nobody wanted it any more when it was already on its way; that it is there is a fact.
    if (source !== undefined) ctx.comment(source.id, `${reason}, although it had been withdrawn.`, "town");
    ctx.say("merge.late", `${request.source} was merged although it had been withdrawn`, {
      ...about,
      level: "warn",
    });
    return;
  }
  const work = ctx.work(source);
  leasedWork.check(source.id, source.status, "closed", "town");
  ctx.setWork(source, {
    lease: undefined,
    merge_commit: commit,
    attempts: endAttempt(work, ctx.nowText, "merged"),
  });
  ctx.close(source.id, reason);
  ctx.unlabel(source.id);
  ctx.turn.unschedule(dueTimer(source.id));
  tidyUp(ctx, source, bead, request, commit);
  ctx.say("merge.merged", `${source.id} is in ${request.target} as ${commit.slice(0, 7)}: ${source.title}`, {
    ...about,
    level: "good",
  });
}

/** What follows of a merge: credit is given, and the branches of the bead may go. Again, it changes nothing. */
function tidyUp(ctx: TownTurn, source: Bead, bead: Bead, request: MergeRequest, commit: string): void {
  recordCompleted(ctx, refineryOf(request.rig), { id: source.id, title: bead.title }, bead.id, commit);
  recordCompleted(ctx, request.agent, source, bead.id, commit);
  forgiveAgent(ctx, request.agent);
  retire(ctx, request, [request.branch, ...ctx.work(source).attempts.map(entry => entry.branch)]);
}

/** Deletes branches once the target holds them. */
function retire(ctx: TownTurn, { rig, target }: MergeRequest, branches: readonly string[]): void {
  const local = ctx.rigs.get(rig)?.settings.merge_strategy === "local" ? { local: true } : {};
  for (const branch of new Set(branches)) {
    ctx.turn.send(
      { kind: "repo", name: rig },
      "retireBranch",
      { branch, contained_in: target, ...local },
      { onReply: "branchRetired", context: { rig, branch } },
    );
  }
}

/** Nobody waits for the rework of a merge request that is at its end. */
function settleBlocker(ctx: TownTurn, bead: Bead): void {
  resolveStanding(ctx, bead.id, "blocked", "its merge request is at its end");
  const { blocker } = requireSatellite(bead, "merge_request");
  const waits = blocker === undefined ? undefined : ctx.tx.get(blocker);
  if (waits === undefined || isDone(waits.status) || readSatellite(waits, "work")?.rework === undefined)
    return;
  if (waits.labels?.includes(SLUNG_LABEL)) unsling(ctx, waits);
  ctx.close(waits.id, `${bead.id} does not wait for it any more`);
}

/** The work itself did not pass: the bead goes back to a worker with what was found. */
export function rejectWork(ctx: TownTurn, bead: Bead, failure: AttemptFailure): void {
  const request = requireSatellite(bead, "merge_request");
  setRejected(ctx, bead, request, failure.reason);
  const source = ctx.tx.get(request.source);
  const about = { rig: request.rig, bead: request.source, agent: request.agent, level: "warn" as const };
  ctx.say("merge.rejected", `${request.source} is not merged: ${failure.reason}`, about);
  if (source !== undefined && isUnderReview(source, bead.id)) failAttempt(ctx, source, failure);
}

/** Nobody wants it any more. */
export function withdraw(ctx: TownTurn, bead: Bead, reason: string): void {
  const request = requireSatellite(bead, "merge_request");
  setRejected(ctx, bead, request, reason);
  ctx.say("merge.withdrawn", `The merge of ${request.source} is withdrawn: ${reason}`, {
    rig: request.rig,
    bead: request.source,
  });
}

/** How a merge request is queued again. */
export interface Requeue {
  /** True (the default) when it is one of the bounded number of runs without a result. */
  readonly counts?: boolean;
  /** The remote or the machine is away: waited out for as long as it takes, and not counted. */
  readonly away?: boolean;
  /** Milliseconds until it is taken up; by default longer with each retry. */
  readonly wait?: number;
}

/** The run ended without a result of the work's own: queued again after a pause, a bounded number of times. */
export function requeue(ctx: TownTurn, bead: Bead, reason: string, options: Requeue = {}): void {
  const request = requireSatellite(bead, "merge_request");
  const retries = request.retries + (options.counts === false || options.away === true ? 0 : 1);
  const away = options.away === true ? (request.away ?? 0) + 1 : 0;
  if (retries > MAX_MERGE_RETRIES) {
    rejectWork(ctx, bead, {
      kind: "merge",
      reason: `the merge could not be carried out: ${reason}`,
      permanent: true,
    });
    return;
  }
  mergeRequestMachine.check(bead.id, mergeRequestState(bead.status), "queued", "town");
  const wait =
    options.wait ??
    backoff(Math.max(1, retries, away), MERGE_BACKOFF_MS, MERGE_BACKOFF_MAX_MS, ctx.turn.random());
  const { batch: _over, away: _before, ...rest } = request;
  const next: MergeRequest = {
    ...rest,
    ...(away === 0 ? {} : { away }),
    retries,
    reason: tail(reason, MAX_FAILURE_CHARS),
  };
  if (wait > 0) next.not_before = new Date(ctx.now + wait).toISOString();
  ctx.update(bead.id, { status: mergeRequestStatus("queued"), metadata: { merge_request: next } });
  const when = wait === 0 ? "next" : `in ${Math.round(wait / 1_000)} s`;
  ctx.say("merge.retry", `Merging ${request.source} is tried again ${when}: ${reason}`, {
    rig: request.rig,
    bead: request.source,
    level: "warn",
  });
}

/** Remembers how a check went, for those who look at the merge request. */
export function recordGate(
  ctx: TownTurn,
  bead: Bead,
  gate: { readonly name: string; readonly ok: boolean; readonly ms: number },
): void {
  const request = requireSatellite(bead, "merge_request");
  const others = request.gates.filter(({ name }) => name !== gate.name);
  ctx.update(bead.id, { metadata: { merge_request: { ...request, gates: [...others, gate] } } });
}

function setRejected(ctx: TownTurn, bead: Bead, request: MergeRequest, reason: string): void {
  mergeRequestMachine.check(bead.id, mergeRequestState(bead.status), "rejected", "town");
  settleBlocker(ctx, bead);
  const { batch: _over, blocker: _done, ...rest } = request;
  ctx.update(bead.id, {
    status: mergeRequestStatus("rejected"),
    metadata: { merge_request: { ...rest, reason: tail(reason, MAX_FAILURE_CHARS) } },
  });
  ctx.turn.unschedule(dueTimer(bead.id));
}

function isUnderReview(source: Bead, request: string): boolean {
  return source.status === "in_review" && readSatellite(source, "work")?.merge_request === request;
}

/** Adds to what an agent has done. The same merge request counts once, also when a crash makes us do it again. */
export function recordCompleted(
  ctx: TownTurn,
  agent: string,
  source: Pick<Bead, "id" | "title">,
  id: string,
  commit: string,
): void {
  const beadId = agentBeadId(agent);
  const bead = ctx.tx.get(beadId);
  const identity = bead && readSatellite(bead, "agent");
  if (identity === undefined) return;
  if (identity.completed.some(entry => entry.merge_request === id)) return;
  const entry = { bead: source.id, title: source.title, merge_request: id, commit, at: ctx.nowText };
  const completed_count = identity.completed_count + 1;
  const completed = [entry, ...identity.completed].slice(0, MAX_COMPLETED_KEPT);
  ctx.update(beadId, { metadata: { agent: { ...identity, completed_count, completed } } });
  const record = ctx.agents.get(agent);
  if (record !== undefined) ctx.setAgent({ ...record, completed: completed_count });
}
