/** `gt pause` and `gt resume` */
import { townViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";

export const pause = defineCommand<GtContext>()({
  summary: "Starts nothing new until resumed; what runs goes on",
  examples: [{ line: 'gt pause --reason "machine is needed"' }],
  flags: { reason: { type: "string", short: "r", summary: "why; shown wherever the town is shown" } },
  async run({ flags }, context) {
    const body = flags.reason === undefined ? {} : { reason: flags.reason };
    const view = await context.client().send("POST", "/pause", body, townViewSchema);
    context.print({ paused: view.paused ?? null }, () => [`Paused: ${view.paused ?? ""}`]);
    return undefined;
  },
});

export const resume = defineCommand<GtContext>()({
  summary: "Starts work again",
  examples: [{ line: "gt resume" }],
  async run(_, context) {
    const view = await context.client().send("POST", "/resume", {}, townViewSchema);
    context.print({ paused: view.paused ?? null }, () => ["Work goes on."]);
    return undefined;
  },
});
