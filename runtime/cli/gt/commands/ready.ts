/** `gt ready` */
import { z } from "zod";
import { beadSchema } from "../../../../store/schema/bead.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { beadLines } from "../show/beads.ts";

export const ready = defineCommand<GtContext>()({
  summary: "Lists open work without open blockers, the most urgent first",
  examples: [{ line: "gt ready --rig web" }],
  flags: {
    rig: { type: "string", short: "r", complete: "rig", summary: "only of this rig" },
    limit: { type: "integer", short: "n", min: 1, max: 10_000, default: 100, summary: "how many" },
  },
  async run({ flags }, context) {
    const beads = await context.client().get("/ready", z.array(beadSchema), { query: { ...flags } });
    context.print(beads, () => (beads.length === 0 ? ["Nothing is ready."] : beadLines(beads, context)));
    return undefined;
  },
});
