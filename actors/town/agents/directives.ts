/** What the owners of a town and of a rig want of every agent. */
import type { RigRecord } from "../../../store/schema/satellite.ts";
import type { Directive } from "../../agent/prompts/work.ts";
import type { TownTurn } from "../town-turn.ts";

/** The town's first, the rig's, which are closer to the work, last. */
export function directivesOf(ctx: Pick<TownTurn, "settings">, rig: RigRecord | undefined): Directive[] {
  const town = ctx.settings.directives;
  const own = rig?.settings.directives;
  return [
    ...(town === undefined ? [] : [{ of: "the town", text: town }]),
    ...(rig === undefined || own === undefined ? [] : [{ of: `the rig ${rig.name}`, text: own }]),
  ];
}
