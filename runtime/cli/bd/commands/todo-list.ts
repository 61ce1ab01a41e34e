/** `bd todo`, `bd todo list`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { gather } from "../gather.ts";
import { pagesWithCounts } from "../list-json.ts";
import { beadLine } from "../render/line.ts";

export default defineCommand<BdContext>()({
  summary: "Tasks that are open",
  flags: { all: { type: "boolean", summary: "With finished ones" } },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const query = {
      type: ["task"],
      template: false,
      ...(flags.all === true ? {} : { status: ["open", "in_progress"] }),
    };
    if (ctx.out.json) {
      await ctx.out.emitPages(pagesWithCounts(backend, query));
      return 0;
    }
    const lines = await gather(backend, query, bead => beadLine(bead, ctx.out.style));
    ctx.out.emit(undefined, () =>
      lines.length === 0 ? 'Nothing to do. Add one: bd todo add "..."' : lines.join("\n"),
    );
    return 0;
  },
});
