/** Taking a bead out of an agent's hands by somebody's wish: not a failure, and nothing of the work is lost. */
import type { Bead } from "../../../store/schema/bead.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import { LEASED_STATUSES, leasedWork } from "../../states/work.ts";
import type { TownTurn } from "../town-turn.ts";
import { endAttempt, UNLEASED } from "./attempts.ts";
import { dueTimer } from "./due.ts";

/** True when the town has given the bead to an agent, or reviews its submission. */
export function isLeased(bead: Bead): boolean {
  const work = readSatellite(bead, "work");
  return work?.lease !== undefined && LEASED_STATUSES.some(status => status === bead.status);
}

/**
 * The bead is open again, with nobody on it; the attempt does not count. Its agent is stopped, and its merge request
 * withdrawn, by the rules that see that they have lost their bead.
 */
export function takeBack(ctx: TownTurn, bead: Bead): Bead {
  leasedWork.check(bead.id, bead.status, "open", "town");
  const work = ctx.work(bead);
  return ctx.setWork(
    bead,
    {
      lease: undefined,
      tries: Math.max(0, work.tries - 1),
      attempts: endAttempt(work, ctx.nowText, "stopped"),
    },
    { ...UNLEASED, status: "open", defer_until: null },
  );
}

/** The town no longer sees the bead through. */
export function unsling(ctx: TownTurn, bead: Bead): void {
  if (isLeased(bead)) takeBack(ctx, bead);
  ctx.unlabel(bead.id);
  ctx.turn.unschedule(dueTimer(bead.id));
  ctx.say("bead.unslung", `${bead.id} is no longer slung`, { bead: bead.id });
}
