/** What may be asked of a town about escalations. */
import { z } from "zod";
import type { Bead } from "../../../store/schema/bead.ts";
import {
  escalationSettingsPatchSchema,
  escalationSettingsSchema,
  severitySchema,
} from "../../../store/schema/escalation.ts";
import { ESCALATION_CATEGORIES } from "../../../store/schema/satellite.ts";
import { by, internal, read, type TownCalls, write } from "../calls/table.ts";
import { peopleOnly } from "../calls/who.ts";
import type { TownTurn } from "../town-turn.ts";
import { escalationSettings, notified, notifyReplySchema } from "./notify.ts";
import { openEscalations, raiseEscalation } from "./raise.ts";
import { acknowledge, escalationBead, resolve } from "./settle.ts";

const id = z.string().min(1).max(200);

/** Body of an escalation. */
export const escalateSchema = z.strictObject({
  title: z.string().min(1).max(500),
  text: z.string().max(20_000).default(""),
  severity: severitySchema.default("medium"),
  category: z.enum(ESCALATION_CATEGORIES).default("help"),
  /** What it is about; the bead that the caller works on, or the caller, when absent. */
  source: z.string().min(1).max(200).optional(),
});

export const escalationCalls = {
  /** -> Bead. The one that stands already when source and category are the same. */
  escalate: write(escalateSchema.extend({ by }), (ctx, { by: asked, source, ...input }) =>
    raiseEscalation(ctx, { ...input, source: source ?? sourceOf(ctx, asked) }),
  ),
  /** -> Bead[]: the open ones, and with `all` the newest of the settled ones behind them */
  escalations: read(
    z.strictObject({ by, all: z.boolean().default(false), limit: z.int().min(1).max(1_000).default(200) }),
    (ctx, { all, limit }): Bead[] => {
      const open = openEscalations(ctx).reverse();
      const settled = all
        ? ctx.query({ type: ["escalation"], category: ["done"], sort: "updated", limit })
        : [];
      return [...open, ...settled].slice(0, limit);
    },
  ),
  /** -> Bead. Errors: not_found, invalid_argument */
  escalation: read(z.strictObject({ by, id }), (ctx, args) => escalationBead(ctx, args.id)),
  /** -> Bead. Errors: not_found, invalid_transition */
  acknowledgeEscalation: write(z.strictObject({ by, id }), async (ctx, args) =>
    acknowledge(ctx, await escalationBead(ctx, args.id), args.by),
  ),
  /** -> Bead. Errors: not_found, invalid_transition */
  resolveEscalation: write(
    z.strictObject({ by, id, reason: z.string().max(2_000).optional() }),
    async (ctx, args) => resolve(ctx, await escalationBead(ctx, args.id), args.by, args.reason),
  ),
  /** -> EscalationSettings */
  escalationSettings: read(z.strictObject({ by }), ctx => escalationSettings(ctx)),
  /** -> EscalationSettings after the change. Errors: forbidden for an agent */
  setEscalationSettings: write(
    escalationSettingsPatchSchema.extend({ by }),
    (ctx, { by: asked, routes, ...rest }) => {
      peopleOnly(asked, "change settings");
      const now = escalationSettings(ctx);
      const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
      const chosen = Object.entries(routes ?? {}).filter(([, value]) => value !== undefined);
      const next = { ...now, ...given, routes: { ...now.routes, ...Object.fromEntries(chosen) } };
      ctx.setSettings({ escalation: escalationSettingsSchema.parse(next) });
      ctx.say("town.settings", `${asked} changes how escalations are told`);
      return escalationSettings(ctx);
    },
  ),
  /** Of the host's port: a notification was sent, skipped, or failed. */
  notifyReply: internal(notifyReplySchema, (ctx, reply) => notified(ctx, reply)),
} satisfies TownCalls;

/** An agent's escalation is about the bead that it works on, a person's about the town. */
function sourceOf(ctx: TownTurn, asked: string): string {
  const agent = ctx.agents.get(asked);
  return agent === undefined ? "town" : (agent.told?.bead ?? asked);
}
