/** `gt hold` and `gt unhold` */
import { z } from "zod";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";

const beadsSchema = z.object({ beads: z.array(z.string()) });
const beads = [
  { name: "bead", required: true, rest: true, summary: "id of a bead", complete: "bead" },
] as const;

export const hold = defineCommand<GtContext>()({
  summary: "Keeps beads from being dispatched, slung or not; an agent that is at one goes on",
  examples: [{ line: "gt hold web-4k2" }],
  positionals: beads,
  async run({ args }, context) {
    const value = await context.client().send("POST", "/hold", { beads: args }, beadsSchema);
    context.print(value, () =>
      value.beads.length === 0 ? ["They were held already."] : value.beads.map(id => `${id} is held.`),
    );
    return undefined;
  },
});

export const unhold = defineCommand<GtContext>()({
  summary: "Lets held beads be dispatched again",
  examples: [{ line: "gt unhold web-4k2" }],
  positionals: beads,
  async run({ args }, context) {
    const value = await context.client().send("POST", "/unhold", { beads: args }, beadsSchema);
    context.print(value, () =>
      value.beads.length === 0 ? ["None of them was held."] : value.beads.map(id => `${id} goes on.`),
    );
    return undefined;
  },
});
