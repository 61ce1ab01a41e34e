/** The escalations that stand, with whether what they are about is over. */
import type { Bead } from "../../../store/schema/bead.ts";
import { type Escalation, type EscalationCategory, readSatellite } from "../../../store/schema/satellite.ts";
import { mergeRequestState } from "../../states/merge-request.ts";
import { prefixOf } from "../kinds.ts";
import type { EscalationItem } from "../reconcile/world.ts";
import type { TownTurn } from "../town-turn.ts";
import { countsUntil } from "./agents.ts";
import { openEscalations } from "./raise.ts";

/** One whose metadata cannot be read stands in the attention list, and people settle it. */
export function escalationItems(ctx: TownTurn): EscalationItem[] {
  return openEscalations(ctx).flatMap((bead: Bead) => {
    const escalation = readSatellite(bead, "escalation");
    if (escalation === undefined) return [];
    const { category, source } = escalation;
    const failing = category === "failed" && ctx.agents.has(source);
    if (!failing) return [{ bead, escalation, over: over(ctx, escalation) }];
    const until = countsUntil(ctx, source);
    const end = until === undefined ? "its failures do not count any more" : undefined;
    return [{ bead, escalation, over: end, ...(until === undefined ? {} : { overAt: until }) }];
  });
}

/** The town settles by itself what it can see the end of: the rest takes a person's judgement. */
function over(ctx: TownTurn, { category, source }: Escalation): string | undefined {
  const stands = STANDS[category];
  if (
    stands === undefined ||
    !source.includes("-") ||
    source.includes("/") ||
    !ctx.prefixes.has(prefixOf(source))
  )
    return undefined;
  const bead = ctx.tx.get(source);
  if (bead === undefined) return `${source} is gone`;
  return stands(bead) ? undefined : `${source} is ${bead.status}`;
}

/** While this holds of the bead that it is about, an escalation of the category stands. */
const STANDS: { readonly [K in EscalationCategory]?: (bead: Bead) => boolean } = {
  failed: bead => bead.status === "failed",
  gate_timeout: bead => bead.status !== "closed",
  blocked: bead => bead.issue_type !== "merge-request" || mergeRequestState(bead.status) === "blocked",
};
