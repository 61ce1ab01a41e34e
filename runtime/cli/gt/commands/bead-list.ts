/** `gt bead list` */
import { z } from "zod";
import { beadSchema } from "../../../../store/schema/bead.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { beadLines } from "../show/beads.ts";

export const beadList = defineCommand<GtContext>()({
  summary: "Lists beads of the town, or of a rig; mail only when its type is named",
  examples: [{ line: "gt bead list --rig web --status open,in_progress" }],
  flags: {
    rig: { type: "string", short: "r", complete: "rig", summary: "only of this rig" },
    status: { type: "string", short: "s", multiple: true, commas: true, summary: "only with these statuses" },
    type: { type: "string", short: "t", multiple: true, commas: true, summary: "only of these types" },
    assignee: { type: "string", complete: "agent", summary: "only of this assignee" },
    limit: { type: "integer", short: "n", min: 1, max: 10_000, default: 100, summary: "how many" },
  },
  async run({ flags }, context) {
    const { rig, status, type, assignee, limit } = flags;
    const beads = await context
      .client()
      .get("/beads", z.array(beadSchema), { query: { rig, status, type, assignee, limit, mail: "false" } });
    context.print(beads, () => (beads.length === 0 ? ["No beads."] : beadLines(beads, context)));
    return undefined;
  },
});
