/** What is kept of a pull request on its merge request, and the timer that looks at it. */
import type { Bead } from "../../../store/schema/bead.ts";
import { type MergeRequest, type Pull, readSatellite } from "../../../store/schema/satellite.ts";
import { mergeRequestStatus } from "../../states/merge-request.ts";
import type { TownTurn } from "../town-turn.ts";

/** How often a pull request is looked at, while it changes and while it does not. Milliseconds. */
export const LOOK_MS = 60_000;
export const LOOK_SLOW_MS = 600_000;
export const LOOK_SOON_MS = 5_000;

/** Timer that looks at the pull request of a merge request. */
export function lookTimer(id: string): string {
  return `pull/${id}`;
}

/** A merge request that waits for its pull request; undefined when it does not, or is gone. */
export function proposed(
  ctx: TownTurn,
  id: string,
): { readonly bead: Bead; readonly request: MergeRequest } | undefined {
  const bead = ctx.tx.get(id);
  const request = bead && readSatellite(bead, "merge_request");
  if (bead === undefined || request === undefined) return undefined;
  return bead.status === mergeRequestStatus("proposed") ? { bead, request } : undefined;
}

/** Puts down what was seen, and why it waits. */
export function setPull(ctx: TownTurn, bead: Bead, request: MergeRequest, pull: Pull, reason?: string): Bead {
  const { reason: _before, away: _away, ...rest } = request;
  const next: MergeRequest = { ...rest, pull, ...(reason === undefined ? {} : { reason }) };
  return ctx.update(bead.id, { metadata: { merge_request: next } });
}
