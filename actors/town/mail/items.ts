/** Messages that are not over, as the rules look at them. */
import { readSatellite } from "../../../store/schema/satellite.ts";
import type { MailItem } from "../reconcile/world.ts";
import type { TownTurn } from "../town-turn.ts";

/** One whose metadata cannot be read is left alone. */
export function mailItems(ctx: TownTurn): MailItem[] {
  return ctx
    .query({ type: ["message"], category: ["active", "wip", "frozen"], sort: "oldest" })
    .flatMap(bead => {
      const message = readSatellite(bead, "message");
      if (message === undefined || (message.channel !== undefined && bead.assignee === undefined)) return [];
      const expires =
        message.expires_at === undefined ? Number.POSITIVE_INFINITY : Date.parse(message.expires_at);
      const claimed = message.queue !== undefined && bead.assignee !== undefined;
      return [
        {
          id: bead.id,
          inbox: bead.assignee,
          generation: message.generation ?? 0,
          expires,
          ...(claimed ? { claimed } : {}),
        },
      ];
    });
}
