/** A run that could not submit since the remote was away: no failure of the agent, whose commits are kept. */
import type { Bead } from "../../../store/schema/bead.ts";
import { backoff } from "../../kernel/clock.ts";
import { ATTEMPT_BACKOFF_MAX_MS, ATTEMPT_BACKOFF_MS, MAX_AWAY } from "../limits.ts";
import type { TownTurn } from "../town-turn.ts";
import { armDue } from "./due.ts";
import { takeBack } from "./take-back.ts";

/** The bead is open again after a pause, and the run does not count as a try. False when it has happened too often in a row. */
export function postpone(ctx: TownTurn, bead: Bead, reason: string): boolean {
  const away = (ctx.work(bead).away ?? 0) + 1;
  if (away > MAX_AWAY) return false;
  const open = takeBack(ctx, bead);
  const at = ctx.now + backoff(away + 1, ATTEMPT_BACKOFF_MS, ATTEMPT_BACKOFF_MAX_MS, ctx.turn.random());
  const deferred = ctx.setWork(open, { away }, { defer_until: new Date(at).toISOString() });
  armDue(ctx, deferred);
  ctx.say("bead.postponed", `${bead.id} is taken up again later: ${reason}`, {
    bead: bead.id,
    level: "warn",
  });
  return true;
}
