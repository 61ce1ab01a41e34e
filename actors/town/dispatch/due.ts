/** Beads that wait for a time: a timer each looks at the town again when that has come. */
import { z } from "zod";
import type { Bead } from "../../../store/schema/bead.ts";
import { SLUNG_LABEL } from "../../../store/schema/satellite.ts";
import { internal, type TownCalls } from "../calls/table.ts";
import type { TownTurn } from "../town-turn.ts";

/** Name of the timer that looks at a bead or merge request again when its time has come. */
export function dueTimer(id: string): string {
  return `due/${id}`;
}

/** Looks at the town again when the bead is no longer deferred; nothing for one that is not. */
export function armDue(ctx: TownTurn, { id, defer_until }: Pick<Bead, "id" | "defer_until">): void {
  const at = defer_until === undefined ? 0 : Date.parse(defer_until);
  if (at > ctx.now) ctx.turn.schedule(dueTimer(id), at, "beadDue", { bead: id });
}

/** Arms the timers of all that waits: the host has started, or its clock was set back and their time is to come again. */
export function armAllDue(ctx: TownTurn): void {
  for (const bead of ctx.query({ status: ["open"], labels: [SLUNG_LABEL] })) armDue(ctx, bead);
}

/** Timers of those that have none: the bead is committed before the town's storage, and the second was not to be had. */
export function armLostDue(ctx: TownTurn): void {
  for (const bead of ctx.query({ status: ["open"], labels: [SLUNG_LABEL] })) {
    if (ctx.turn.armed(dueTimer(bead.id)) === undefined) armDue(ctx, bead);
  }
}

export const dueCalls = {
  /** -> null. By timer. The bead may wait for longer by now, or the clock was set back: then for longer. */
  beadDue: internal(
    z.strictObject({ by: z.literal("town").default("town"), bead: z.string() }),
    (ctx, { bead: id }) => {
      const bead = ctx.tx.get(id);
      if (bead !== undefined) armDue(ctx, bead);
    },
  ),
} satisfies TownCalls;
