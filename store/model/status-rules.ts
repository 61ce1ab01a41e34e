/** What else changes with a bead's status: the times and reasons that belong to it. */
import type { Bead } from "../schema/bead.ts";

/**
 * Brings the fields that belong to the status in line with it: closed if and only if there is a closing time;
 * the first start of work is kept.
 * @param now RFC 3339
 */
export function alignStatus(bead: Bead, previous: string | undefined, now: string): Bead {
  const next: Bead = { ...bead };
  if (next.status === "closed") {
    next.closed_at ??= now;
  } else {
    delete next.closed_at;
    delete next.closed_by_session;
    if (previous === "closed") delete next.close_reason;
  }
  if (next.status === "in_progress") next.started_at ??= now;
  return next;
}
