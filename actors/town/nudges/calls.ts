/** What may be asked of a town about nudges. */
import { z } from "zod";
import { nudgeModeSchema } from "../../../store/schema/nudge.ts";
import { by, read, type TownCalls, write } from "../calls/table.ts";
import { peopleOnly } from "../calls/who.ts";
import { agentActor } from "../kinds.ts";
import { mailEnded, mailOfKey } from "../mail/deliver.ts";
import { oneAgent } from "../views/views.ts";
import { nudge } from "./nudge.ts";

const agentId = z.string().regex(/^[a-z][a-z0-9_-]*\/[a-z][a-z0-9_-]*$/, "`<rig>/<name>`, e.g. sample/toast");

export const nudgeCalls = {
  /** -> Nudge, pending. Errors: not_found */
  nudge: write(
    z.strictObject({
      by,
      agent: agentId,
      text: z.string().min(1).max(4_000),
      mode: nudgeModeSchema.default("wait-idle"),
      key: z.string().min(1).max(200).optional(),
    }),
    (ctx, { by: asked, agent, text, mode, key }) => {
      oneAgent(ctx, agent);
      if (mode === "immediate") peopleOnly(asked, "interrupt agents");
      return nudge(ctx, { agent, text, mode, ...(key === undefined ? {} : { key }) });
    },
  ),
  /** -> NudgeRow[]: what waits for an agent. Errors: not_found */
  nudges: read(z.strictObject({ by, agent: agentId }), (ctx, { agent }) => {
    oneAgent(ctx, agent);
    return ctx.turn.call(agentActor(ctx.town, agent), "nudges", {});
  }),
  /** -> null. The agent has read these itself. Errors: not_found, forbidden for another's */
  nudgesRead: write(
    z.strictObject({ by, agent: agentId, ids: z.array(z.string().min(1).max(100)).min(1).max(100) }),
    (ctx, { agent, ids }) => {
      oneAgent(ctx, agent);
      ctx.turn.send(agentActor(ctx.town, agent), "nudgesRead", { ids });
      return null;
    },
  ),
  /** From agent actors -> null. How a nudge ended. */
  nudgeEnded: write(
    z.strictObject({
      by,
      agent: agentId,
      nudge: z.strictObject({ id: z.string(), key: z.string(), from: z.string() }),
      outcome: z.enum(["delivered", "expired", "replaced", "crowded_out"]),
      how: z.enum(["typed", "prompt", "prime"]).optional(),
      generation: z.int().positive().optional(),
      reason: z.string().optional(),
    }),
    (ctx, { agent, nudge: { from, key }, outcome, reason, generation }) => {
      const mail = mailOfKey(key);
      if (mail !== undefined) {
        mailEnded(ctx, { agent, id: mail, delivered: outcome === "delivered", generation });
        return null;
      }
      const about = { agent, rig: agent.slice(0, agent.indexOf("/")) };
      if (outcome === "expired" || outcome === "crowded_out") {
        const why = outcome === "expired" ? "nobody took it in time" : "too many wait";
        const more = reason === undefined ? "" : ` (${reason})`;
        ctx.say("nudge.dropped", `A nudge of ${from} did not reach ${agent}: ${why}${more}`, {
          ...about,
          level: "warn",
        });
      } else if (outcome === "delivered") {
        ctx.say("nudge.delivered", `${agent} has the nudge of ${from}`, about);
      }
      return null;
    },
  ),
} satisfies TownCalls;
