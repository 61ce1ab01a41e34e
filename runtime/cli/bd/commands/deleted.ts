/** `bd deleted`. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { parseDuration } from "../time.ts";

export default defineCommand<BdContext>()({
  summary: "What was deleted, by whom and why",
  description: "bd restore <id> brings one back.",
  positionals: [{ name: "id", summary: "Only this one" }],
  flags: {
    since: { type: "string", value: "age", default: "7d", summary: "Deleted within this time" },
    all: { type: "boolean", summary: "Whenever it was" },
  },
  async run({ flags, args }, ctx) {
    const after = new Date(ctx.now() - parseDuration(flags.since)).toISOString();
    const found = (await (await ctx.backend()).deleted()).filter(entry =>
      args[0] === undefined ? flags.all === true || entry.at > after : entry.id === args[0],
    );
    const deletions = found.map(({ id, title, at, by, reason }) => ({
      id,
      title,
      ts: at,
      by,
      ...(reason === undefined ? {} : { reason }),
    }));
    ctx.out.emit({ deletions, count: deletions.length }, () =>
      deletions.length === 0
        ? "Nothing was deleted."
        : deletions
            .map(
              d =>
                `${d.ts.slice(0, 16).replace("T", " ")} ${d.id} ${printable(d.title)} (${printable(d.by)}${d.reason === undefined ? "" : `: ${printable(d.reason)}`})`,
            )
            .join("\n"),
    );
    return 0;
  },
});
