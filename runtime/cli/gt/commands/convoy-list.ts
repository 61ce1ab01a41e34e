/** `gt convoy list` and `gt convoy show` */
import { z } from "zod";
import { convoyViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { convoyLine, convoyLines } from "../show/convoys.ts";

const convoysSchema = z.array(convoyViewSchema);

export const convoyList = defineCommand<GtContext>()({
  summary: "Lists convoys, newest first",
  examples: [{ line: "gt convoy list" }],
  async run(_, context) {
    const convoys = await context.client().get("/convoys", convoysSchema);
    context.print(convoys, () =>
      convoys.length === 0
        ? ['No convoys. One is made by: gt convoy create "Title" <bead>...']
        : convoys.map(convoy => convoyLine(convoy, context.style)),
    );
    return undefined;
  },
});

export const convoyShow = defineCommand<GtContext>()({
  summary: "Shows a convoy with its beads, wave by wave, and what keeps it",
  examples: [{ line: "gt convoy show hq-4k2" }],
  positionals: [{ name: "convoy", required: true, complete: "convoy" }],
  async run({ args: [id = ""] }, context) {
    const convoy = await context.client().get(`/convoys/${encodeURIComponent(id)}`, convoyViewSchema);
    context.print(convoy, () => convoyLines(convoy, context.style));
    return undefined;
  },
});
