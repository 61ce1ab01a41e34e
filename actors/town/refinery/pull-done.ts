/** How the forge answers when it was asked to merge a pull request, or to bring it up to date. */
import type { Bead } from "../../../store/schema/bead.ts";
import { type MergeRequest, type Pull, requireSatellite } from "../../../store/schema/satellite.ts";
import type { TownTurn } from "../town-turn.ts";
import { merged } from "./outcome.ts";
import { LOOK_MS, LOOK_SOON_MS, lookTimer, proposed, setPull } from "./pull-record.ts";
import { hold } from "./rework.ts";

/** Refusals to merge one head, before a person is asked. */
const MAX_REFUSALS = 5;

/** Whether the forge has merged it. */
export function pullMerged(
  ctx: TownTurn,
  id: string,
  answer: {
    readonly merged: boolean;
    readonly commit?: string | undefined;
    readonly reason?: string | undefined;
  },
): void {
  const found = proposed(ctx, id);
  const pull = found?.request.pull;
  if (found === undefined || pull === undefined) return;
  const { bead, request } = found;
  if (answer.merged && answer.commit !== undefined) {
    merged(ctx, setPull(ctx, bead, request, { ...pull, state: "merged" }), answer.commit);
    return;
  }
  notDone(ctx, bead, request, pull, answer.reason ?? "the forge did not merge it");
}

/** Whether the forge has merged the target into its branch; its new head is tested like any other. */
export function pullUpdated(
  ctx: TownTurn,
  id: string,
  answer: { readonly updated: boolean; readonly reason?: string | undefined },
): void {
  const found = proposed(ctx, id);
  const pull = found?.request.pull;
  if (found === undefined || pull === undefined) return;
  if (answer.updated) {
    ctx.turn.schedule(lookTimer(id), ctx.now + LOOK_SOON_MS, "pullDue", { id });
    return;
  }
  const { updated: _head, ...again } = pull;
  notDone(ctx, found.bead, found.request, again, answer.reason ?? "the forge did not bring it up to date");
}

/** The forge refused what it seemed to allow: tried again some times when it allows it again, then a person is asked. */
function notDone(ctx: TownTurn, bead: Bead, request: MergeRequest, pull: Pull, reason: string): void {
  const { id } = bead;
  // It says why when it is looked at; until everything allows it again, it is not tried again.
  const { green_since: _since, ...rest } = pull;
  const refused = (pull.refused ?? 0) + 1;
  const kind = /\bnot allowed on this repository/i.test(reason);
  const next = setPull(ctx, bead, request, { ...rest, ...(kind ? {} : { refused }) }, reason);
  if (kind) {
    const way = `gt rig set ${request.rig} --merge-method merge|squash|rebase`;
    hold(ctx, next, `${reason} Choose another way to merge: ${way}`);
    return;
  }
  if (refused >= MAX_REFUSALS) {
    const { refused: _over, ...again } = rest;
    const held = setPull(ctx, next, requireSatellite(next, "merge_request"), again, reason);
    hold(ctx, held, `the forge refused ${refused} times what was asked of ${pull.url}: ${reason}`);
    return;
  }
  ctx.turn.schedule(lookTimer(id), ctx.now + LOOK_MS, "pullDue", { id });
}
