/** Taking an escalation in hand, and settling it. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import {
  type Escalation,
  type EscalationCategory,
  requireSatellite,
} from "../../../store/schema/satellite.ts";
import { escalationMachine, escalationState, escalationStatus } from "../../states/escalation.ts";
import { who } from "../calls/who.ts";
import { dropMailAbout } from "../mail/send.ts";
import type { TownTurn } from "../town-turn.ts";
import { standing } from "./raise.ts";

/** The escalation of this id. @throws {AppError} not_found, ambiguous, invalid_argument when it is something else */
export async function escalationBead(ctx: TownTurn, partial: string): Promise<Bead> {
  const bead = ctx.tx.require(await ctx.resolve(partial));
  if (bead.issue_type === "escalation") return bead;
  throw new AppError("invalid_argument", `${bead.id} is a ${bead.issue_type}, not an escalation.`, {
    hint: "`gt escalation list` shows what there is.",
    data: { id: bead.id },
  });
}

/** Somebody has it in hand: it is not raised any further. Once acknowledged it stays so. @throws {AppError} invalid_transition */
export function acknowledge(ctx: TownTurn, bead: Bead, by: string): Bead {
  const state = escalationState(bead.status);
  if (state === "acknowledged") return bead;
  escalationMachine.check(bead.id, state, "acknowledged", who(by));
  const escalation = settled(requireSatellite(bead, "escalation"));
  dropMailAbout(ctx, bead.id, `${by} has it in hand`);
  ctx.say("escalation.acknowledged", `${by} takes ${bead.id} in hand: ${bead.title}`, { bead: bead.id });
  return ctx.update(bead.id, {
    status: escalationStatus("acknowledged"),
    assignee: by,
    metadata: { escalation: { ...escalation, acknowledged_at: ctx.nowText, acknowledged_by: by } },
  });
}

/** It is settled. Resolved once it stays so, and the first to do it is the one on record. @throws {AppError} invalid_transition */
export function resolve(ctx: TownTurn, bead: Bead, by: string, reason: string | undefined): Bead {
  const state = escalationState(bead.status);
  if (state === "resolved") return bead;
  escalationMachine.check(bead.id, state, "resolved", who(by));
  const escalation = settled(requireSatellite(bead, "escalation"));
  ctx.update(bead.id, {
    metadata: { escalation: { ...escalation, resolved_at: ctx.nowText, resolved_by: by } },
  });
  dropMailAbout(ctx, bead.id, `${by} resolved it`);
  const why = reason ?? `Resolved by ${by}`;
  ctx.say("escalation.resolved", `${by} resolves ${bead.id}: ${reason ?? bead.title}`, {
    bead: bead.id,
    level: "good",
  });
  return ctx.close(bead.id, why);
}

/** Nobody has to be told any more. */
function settled({ next_at: _next, ...escalation }: Escalation): Escalation {
  const notifications = escalation.notifications.map(entry =>
    entry.state === "due" ? { ...entry, state: "skipped" as const, reason: "it is in hand" } : entry,
  );
  return { ...escalation, notifications };
}

/** What an escalation of the town's own was about is over. Nothing happens when none stands. */
export function resolveStanding(
  ctx: TownTurn,
  source: string,
  category: EscalationCategory,
  reason: string,
): void {
  const bead = standing(ctx, source, category);
  if (bead !== undefined) resolve(ctx, bead, "town", reason);
}
