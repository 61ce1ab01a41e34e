/** `gt convoy create` */
import { convoyViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { convoyLine } from "../show/convoys.ts";

export const convoyCreate = defineCommand<GtContext>()({
  summary: "Tracks a set of beads, across rigs; it lands when all of them are merged",
  examples: [{ line: 'gt convoy create "Search" web-4k2 web-7fj api-2c1' }],
  positionals: [
    { name: "title", required: true },
    { name: "bead", required: true, rest: true, complete: "bead" },
  ],
  async run({ args: [title = "", ...beads] }, context) {
    const convoy = await context.client().send("POST", "/convoys", { title, beads }, convoyViewSchema);
    context.print(convoy, () => [convoyLine(convoy, context.style)]);
    return undefined;
  },
});
