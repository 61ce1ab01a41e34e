/** `gt mq list` */
import { z } from "zod";
import { mergeRequestViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import { ago, table } from "../../lib/table.ts";
import type { GtContext } from "../context.ts";

export const mqList = defineCommand<GtContext>()({
  summary: "Lists merge requests, newest first",
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
      flags.all === true ? all : all.filter(({ state }) => state === "queued" || state === "merging");
    const { style } = context;
    const colours = { queued: style.cyan, merging: style.magenta, merged: style.green, rejected: style.red };
    context.print(shown, () =>
      shown.length === 0
        ? ["The queue is empty."]
        : table(
            shown.map(mr => [
              { text: mr.id, paint: style.bold },
              { text: mr.state, paint: colours[mr.state] },
              mr.bead,
              { text: ago(mr.created_at, context.now()), paint: style.dim },
              printable(mr.reason ?? `${mr.branch} -> ${mr.target}`).replaceAll(/\s+/g, " "),
            ]),
            context.io.stdout.columns,
          ),
    );
    return undefined;
  },
});
