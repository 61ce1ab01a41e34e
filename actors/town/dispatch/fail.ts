/** An attempt that did not get through: back to open after a pause, or failed when attempts are used up. */
import type { Bead } from "../../../store/schema/bead.ts";
import { type FailureKind, MAX_FAILURE_CHARS } from "../../../store/schema/satellite.ts";
import { tail } from "../../agent/prompts/data.ts";
import { backoff } from "../../kernel/clock.ts";
import { leasedWork } from "../../states/work.ts";
import { noteAgentFailure } from "../escalations/agents.ts";
import { raiseEscalation } from "../escalations/raise.ts";
import { ATTEMPT_BACKOFF_MAX_MS, ATTEMPT_BACKOFF_MS, MAX_TRIES } from "../limits.ts";
import type { TownTurn } from "../town-turn.ts";
import { endAttempt, UNLEASED } from "./attempts.ts";
import { armDue, dueTimer } from "./due.ts";

export interface AttemptFailure {
  readonly kind: FailureKind;
  /** What happened, in one line. */
  readonly reason: string;
  /** Output that says more. */
  readonly output?: string | undefined;
  /** Trying again would end the same. */
  readonly permanent?: boolean;
}

/** Failures of which the first is followed by a new attempt at once: it starts from a newer target. */
const AT_ONCE_FIRST: readonly FailureKind[] = ["conflict", "gate"];

/** Ends the attempt on a leased bead. Its merge request, if it has one, is the caller's. */
export function failAttempt(ctx: TownTurn, bead: Bead, failure: AttemptFailure): void {
  const work = ctx.work(bead);
  const { kind, reason } = failure;
  const output = tail((failure.output ?? "").trimEnd(), MAX_FAILURE_CHARS);
  const text = output === "" ? reason : `${reason}\n\n${output}`;
  const rejected = AT_ONCE_FIRST.includes(kind);
  const rejections = work.rejections + (rejected ? 1 : 0);
  const ended = {
    lease: undefined,
    rejections,
    last_failure: { at: ctx.nowText, attempt: work.attempt, kind, text },
    attempts: endAttempt(work, ctx.nowText, rejected ? "rejected" : "failed"),
  };
  const about = { rig: work.rig, bead: bead.id, ...(work.lease && { agent: work.lease.agent }) };
  ctx.comment(bead.id, `Attempt ${work.attempt} did not get through: ${text}`, "town");
  recordFailure(ctx, bead.id, kind, work.lease?.agent, reason);
  if (failure.permanent === true || work.tries >= MAX_TRIES) {
    leasedWork.check(bead.id, bead.status, "failed", "town");
    const why =
      failure.permanent === true ? reason : `${work.tries} attempts did not get through; the last: ${reason}`;
    ctx.setWork(bead, ended, { ...UNLEASED, status: "failed" });
    ctx.unlabel(bead.id);
    ctx.turn.unschedule(dueTimer(bead.id));
    ctx.say("bead.failed", `${bead.id} failed: ${why}`, { ...about, level: "error" });
    raiseEscalation(ctx, {
      severity: "high",
      category: "failed",
      source: bead.id,
      title: `${bead.id} failed: ${bead.title}`,
      text: `${why}\n\nLook at it with \`gt bead show ${bead.id}\`; \`gt bead reopen\` and \`gt sling ${bead.id}\` try it again.`,
    });
    return;
  }
  leasedWork.check(bead.id, bead.status, "open", "town");
  const atOnce = (rejected && rejections === 1) || (kind === "interrupted" && work.tries === 1);
  const wait = atOnce
    ? 0
    : backoff(work.tries, ATTEMPT_BACKOFF_MS, ATTEMPT_BACKOFF_MAX_MS, ctx.turn.random());
  const at = ctx.now + wait;
  const until = wait === 0 ? undefined : new Date(at).toISOString();
  ctx.setWork(
    bead,
    { ...ended, backoff_until: until },
    { ...UNLEASED, status: "open", defer_until: until ?? null },
  );
  armDue(ctx, ctx.tx.require(bead.id));
  const next = wait === 0 ? "now" : `in ${Math.round(wait / 1_000)} s`;
  ctx.say("bead.attempt_failed", `${bead.id}, attempt ${work.attempt}: ${reason}; the next one ${next}`, {
    ...about,
    level: "warn",
  });
}

/** Failures that the breaker and the agent's threshold count; kept in memory of the town until they are too old to count. */
function recordFailure(
  ctx: TownTurn,
  bead: string,
  kind: FailureKind,
  agent: string | undefined,
  reason: string,
): void {
  if (kind === "conflict" || kind === "interrupted") return;
  // What the merging of its work runs into is none of the agent's.
  const own = agent === undefined || kind === "merge" ? {} : { agent };
  ctx.failures = [...ctx.failures, { bead, at: ctx.now, ...own }];
  if (own.agent !== undefined) noteAgentFailure(ctx, own.agent, reason);
}
