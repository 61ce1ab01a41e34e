/** `gt prime` */
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";

export const prime = defineCommand<GtContext>()({
  summary: "Prints what you should know and do now: your role, your bead, the commands",
  examples: [{ line: "gt prime" }],
  async run(_, context) {
    const text = await context.client().text("/prime");
    context.print({ text }, () => [text.trimEnd()]);
    return undefined;
  },
});
