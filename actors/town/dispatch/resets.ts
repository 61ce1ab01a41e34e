/**
 * When a bead's tries begin anew. Tries count leases since one of these; the attempt number never goes back.
 *
 * - A person slings it: tries and rejections are 0. Slinging a bead that is slung already changes nothing, but for one in
 *   back-off, which goes on at once with all its tries.
 * - A person reopens it: the same, and it is no longer slung.
 * - A person changes what is asked (title, description, design, acceptance criteria) of a bead that waits: what failed is
 *   not what is asked now, so tries are 0 and a back-off is over. Other edits, comments and labels change nothing.
 * - Taking it back (unsling, stopping or resetting its agent, a budget) gives back the try under way.
 * - An agent's edits, a restart of the town, another agent and the passing of time reset nothing.
 */
import type { Bead } from "../../../store/schema/bead.ts";
import { readSatellite, type Work } from "../../../store/schema/satellite.ts";
import type { TownTurn } from "../town-turn.ts";
import { dueTimer } from "./due.ts";

/** Fields that say what is asked. */
export const ASKED_FIELDS = ["title", "description", "design", "acceptance_criteria"] as const;

/** True when the time that the bead waits for was set by a failure, and not by a person. */
export function isBackoff(bead: Bead, work: Work): boolean {
  return work.backoff_until !== undefined && work.backoff_until === bead.defer_until;
}

/** Its tries begin anew, and a back-off is over; a time that a person set stays. */
export function forgive(ctx: TownTurn, bead: Bead): void {
  const work = readSatellite(bead, "work");
  if (work === undefined) return;
  const waits = isBackoff(bead, work);
  if (!waits && work.tries === 0 && work.rejections === 0) return;
  ctx.setWork(
    bead,
    { tries: 0, rejections: 0, backoff_until: undefined },
    waits ? { defer_until: null } : {},
  );
  if (waits) ctx.turn.unschedule(dueTimer(bead.id));
}
