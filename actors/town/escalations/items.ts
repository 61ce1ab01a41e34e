/** The escalations that stand, with whether what they are about is over. */
import type { Bead } from "../../../store/schema/bead.ts";
import { type Escalation, readSatellite } from "../../../store/schema/satellite.ts";
import { prefixOf } from "../kinds.ts";
import type { EscalationItem } from "../reconcile/world.ts";
import type { TownTurn } from "../town-turn.ts";
import { openEscalations } from "./raise.ts";

/** One whose metadata cannot be read stands in the attention list, and people settle it. */
export function escalationItems(ctx: TownTurn): EscalationItem[] {
  return openEscalations(ctx).flatMap((bead: Bead) => {
    const escalation = readSatellite(bead, "escalation");
    return escalation === undefined ? [] : [{ bead, escalation, over: over(ctx, escalation) }];
  });
}

/** The town settles by itself what it raised about a failed bead or a late gate: the rest takes a person's judgement. */
function over(ctx: TownTurn, { category, source }: Escalation): string | undefined {
  if (category !== "failed" && category !== "gate_timeout") return undefined;
  if (!source.includes("-") || !ctx.prefixes.has(prefixOf(source))) return undefined;
  const bead = ctx.tx.get(source);
  if (bead === undefined) return `${source} is gone`;
  const stands = category === "failed" ? bead.status === "failed" : bead.status !== "closed";
  return stands ? undefined : `${source} is ${bead.status}`;
}
