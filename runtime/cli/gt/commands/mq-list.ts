/** `gt mq list` */
import { z } from "zod";
import { mergeRequestViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { mergeRequestLines } from "../show/merge-requests.ts";

export const mqList = defineCommand<GtContext>()({
  summary: "Lists merge requests: the queue in its order with scores, then what is done, newest first",
  examples: [{ line: "gt mq list --rig web" }],
  flags: {
    rig: { type: "string", short: "r", complete: "rig", summary: "only of this rig" },
    all: { type: "boolean", summary: "merged and rejected ones too" },
    limit: { type: "integer", short: "n", min: 1, max: 10_000, default: 200, summary: "how many" },
  },
  async run({ flags }, context) {
    const { rig, limit } = flags;
    const all = await context
      .client()
      .get("/merge-requests", z.array(mergeRequestViewSchema), { query: { rig, limit } });
    const shown =
      flags.all === true ? all : all.filter(({ state }) => state !== "merged" && state !== "rejected");
    context.print(shown, () =>
      shown.length === 0 ? ["The queue is empty."] : mergeRequestLines(shown, context),
    );
    return undefined;
  },
});
