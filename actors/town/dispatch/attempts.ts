/** The attempts on a bead: begun by a lease, ended once, remembered on the bead. */
import type { Bead, BeadPatch } from "../../../store/schema/bead.ts";
import {
  type Attempt,
  MAX_ATTEMPTS_KEPT,
  readSatellite,
  type Work,
} from "../../../store/schema/satellite.ts";
import { leasedWork } from "../../states/work.ts";
import { branchName, ensureAgent, tellWork } from "../agents/assign.ts";
import { NO_USAGE, ofAttempt, sum } from "../budgets/usage.ts";
import { splitAgent } from "../kinds.ts";
import { takeUpStep } from "../molecules/pour.ts";
import { targetOf } from "../refinery/integration.ts";
import type { TownTurn } from "../town-turn.ts";
import { dueTimer } from "./due.ts";

/** Leases a ready bead to an agent under the next fencing number, and gives it the job. @throws {AppError} */
export function hook(ctx: TownTurn, bead: Bead, agent: string): void {
  leasedWork.check(bead.id, bead.status, "hooked", "town");
  const work = ctx.work(bead);
  const rig = ctx.rig(work.rig);
  const attempt = work.attempt + 1;
  const branch = work.rework?.branch ?? branchName(splitAgent(agent).name, bead.id);
  ensureAgent(ctx, agent, "polecat");
  const begun: Attempt = { attempt, agent, branch, at: ctx.nowText };
  const hooked = ctx.setWork(
    bead,
    {
      attempt,
      tries: work.tries + 1,
      lease: { agent, at: ctx.nowText },
      branch,
      target: reworkTarget(ctx, work) ?? targetOf(ctx, bead, rig),
      merge_request: undefined,
      over_budget: undefined,
      ...remembered(work, begun),
    },
    { status: "hooked", assignee: agent, defer_until: null },
  );
  ctx.turn.unschedule(dueTimer(bead.id));
  takeUpStep(ctx, hooked, agent);
  ctx.say("bead.hooked", `${agent} takes ${bead.id}: ${bead.title}`, { rig: rig.name, bead: bead.id, agent });
  tellWork(ctx, hooked);
}

/** Rework goes where its merge request goes. */
function reworkTarget(ctx: TownTurn, { rework }: Work): string | undefined {
  const request = rework && ctx.tx.get(rework.merge_request);
  return request && readSatellite(request, "merge_request")?.target;
}

/** The attempts with a new one; what those used that fall out is added up. */
function remembered(work: Work, begun: Attempt): Pick<Work, "attempts" | "earlier_usage"> {
  const all = [...work.attempts, begun];
  const dropped = all.slice(0, Math.max(0, all.length - MAX_ATTEMPTS_KEPT));
  const attempts = all.slice(dropped.length);
  if (dropped.length === 0 && work.earlier_usage === undefined) return { attempts };
  return { attempts, earlier_usage: sum([work.earlier_usage ?? NO_USAGE, ...dropped.map(ofAttempt)]) };
}

/** The attempts with the latest one ended. */
export function endAttempt(
  work: Work,
  at: string,
  outcome: NonNullable<Attempt["outcome"]>,
  more: Partial<Attempt> = {},
): Work["attempts"] {
  return work.attempts.map(entry =>
    entry.attempt === work.attempt && entry.outcome === undefined
      ? { ...entry, ...more, outcome, ended_at: at }
      : entry,
  );
}

/** Adds to what is remembered of one attempt: what it used, where its leftovers are. */
export function noteAttempt(ctx: TownTurn, bead: Bead, attempt: number, more: Partial<Attempt>): void {
  const work = ctx.work(bead);
  if (Object.keys(more).length === 0 || !work.attempts.some(entry => entry.attempt === attempt)) return;
  ctx.setWork(bead, {
    attempts: work.attempts.map(entry => (entry.attempt === attempt ? { ...entry, ...more } : entry)),
  });
}

/** What a bead loses when nobody works on it any more. */
export const UNLEASED: BeadPatch = { assignee: null };
