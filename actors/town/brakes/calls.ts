/** What may be asked of a town about its brakes, its rigs' readiness and held beads. */
import { z } from "zod";
import { rigNameSchema } from "../../../store/schema/requests.ts";
import { HELD_LABEL } from "../../../store/schema/satellite.ts";
import { rigView, setParked } from "../calls/rigs.ts";
import { by, read, type TownCalls, write } from "../calls/table.ts";
import { peopleOnly } from "../calls/who.ts";
import type { TownTurn } from "../town-turn.ts";
import { oneAgent } from "../views/views.ts";
import { brakeOf, drain, goOn, goOnOne, stopAll, stopOne } from "./brakes.ts";

const agent = z.string().regex(/^[a-z][a-z0-9_-]*\/[a-z][a-z0-9_-]*$/, "`<rig>/<name>`, e.g. sample/toast");
const reason = z.string().min(1).max(500);
const beads = z.array(z.string().min(1).max(200)).min(1).max(100);

export const brakeCalls = {
  /** -> Brake or null: what holds the town back */
  brake: read(z.strictObject({ by }), ctx => brakeOf(ctx) ?? null),
  /** -> Brake. Nothing new starts, what runs finishes, and then the town says that it is drained. */
  drain: write(
    z.strictObject({ by, reason: reason.default("drained by a person") }),
    (ctx, args) => {
      peopleOnly(args.by, "drain the town");
      drain(ctx, args.by, args.reason);
      return brakeOf(ctx);
    },
    { subject: () => "Drain the town" },
  ),
  /** -> Brake or null. All agents, or one, stand still where they are. Errors: not_found */
  estop: write(
    z.strictObject({ by, agent: agent.optional(), reason: reason.default("emergency stop") }),
    (ctx, args) => {
      peopleOnly(args.by, "stop everything");
      if (args.agent !== undefined) oneAgent(ctx, args.agent);
      if (args.agent === undefined) stopAll(ctx, args.by, args.reason);
      else stopOne(ctx, args.agent, args.by, args.reason);
      return answer(ctx, args.agent);
    },
    { subject: args => `Emergency stop${args.agent === undefined ? "" : ` of ${args.agent}`}` },
  ),
  /** -> Brake or null. They go on where they stood. Errors: not_found, precondition_failed */
  thaw: write(
    z.strictObject({ by, agent: agent.optional() }),
    (ctx, args) => {
      peopleOnly(args.by, "end an emergency stop");
      if (args.agent !== undefined) oneAgent(ctx, args.agent);
      if (args.agent === undefined) goOn(ctx, args.by);
      else goOnOne(ctx, args.agent, args.by);
      return answer(ctx, args.agent);
    },
    { subject: args => `Thaw${args.agent === undefined ? "" : ` ${args.agent}`}` },
  ),
  /** -> RigView. Nothing new starts in the rig until it is unparked. Errors: not_found, precondition_failed */
  parkRig: write(
    z.strictObject({ by, rig: rigNameSchema, parked: z.boolean(), reason: reason.optional() }),
    (ctx, args) => {
      peopleOnly(args.by, "park rigs");
      setParked(ctx, args);
      return rigView(ctx, ctx.rig(args.rig));
    },
    { subject: args => `${args.parked ? "Park" : "Unpark"} the rig ${args.rig}` },
  ),
  /** -> {beads: string[]}: those that changed. A held bead is not dispatched. Errors: not_found, ambiguous */
  holdBeads: write(
    z.strictObject({ by, beads, held: z.boolean() }),
    async (ctx, args) => {
      peopleOnly(args.by, args.held ? "hold work" : "let held work go on");
      const changed: string[] = [];
      for (const partial of new Set(args.beads)) {
        const bead = ctx.tx.require(await ctx.resolve(partial));
        if ((bead.labels?.includes(HELD_LABEL) ?? false) === args.held) continue;
        if (args.held) ctx.tx.addLabel(bead.id, HELD_LABEL);
        else ctx.tx.removeLabel(bead.id, HELD_LABEL);
        ctx.touch(bead.id);
        changed.push(bead.id);
        const words = args.held ? `${args.by} holds ${bead.id}` : `${args.by} lets ${bead.id} go on`;
        ctx.say(args.held ? "bead.held" : "bead.unheld", `${words}: ${bead.title}`, { bead: bead.id });
      }
      return { beads: changed };
    },
    { subject: args => `${args.held ? "Hold" : "Unhold"} ${args.beads.length} beads` },
  ),
} satisfies TownCalls;

function answer(ctx: TownTurn, id: string | undefined): unknown {
  return { brake: brakeOf(ctx) ?? null, ...(id === undefined ? {} : { agent: oneAgent(ctx, id) }) };
}
