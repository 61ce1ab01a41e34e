/** What the town's settings say of its mayor. */
import type { MayorRecord } from "../../../store/schema/satellite.ts";
import type { TownTurn } from "../town-turn.ts";

/** The mayor's record; nobody has started one when its session is 0. */
export function mayorRecord(ctx: Pick<TownTurn, "settings">): MayorRecord {
  return ctx.settings.mayor ?? { wanted: false, session: 0, failures: 0, allow_hosts: [] };
}
