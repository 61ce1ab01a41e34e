/** `bd todo`, `bd todo list`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { issuesWithCounts } from "../list-json.ts";
import { beadLine } from "../render/line.ts";

export default defineCommand<BdContext>()({
  summary: "Tasks that are open",
  flags: { all: { type: "boolean", summary: "With finished ones" } },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const beads = await backend.issues({
      type: ["task"],
      template: false,
      ...(flags.all === true ? {} : { status: ["open", "in_progress"] }),
    });
    const payload = ctx.out.json ? await issuesWithCounts(beads, backend) : [];
    ctx.out.emit(payload, () =>
      beads.length === 0
        ? 'Nothing to do. Add one: bd todo add "..."'
        : beads.map(bead => beadLine(bead, ctx.out.style)).join("\n"),
    );
    return 0;
  },
});
