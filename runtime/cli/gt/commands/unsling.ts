/** `gt unsling` */
import { z } from "zod";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";

const replySchema = z.object({ unslung: z.array(z.string()) });

export const unsling = defineCommand<GtContext>()({
  summary: "Takes beads back: open again, without an agent; what was done stays on its branch",
  examples: [{ line: "gt unsling web-4k2" }],
  positionals: [{ name: "bead", required: true, rest: true, complete: "bead" }],
  async run({ args }, context) {
    const reply = await context.client().send("POST", "/unsling", { beads: args }, replySchema);
    context.print(reply, () =>
      reply.unslung.length === 0 ? ["Nothing was slung."] : reply.unslung.map(id => `${id} is open again`),
    );
    return undefined;
  },
});
