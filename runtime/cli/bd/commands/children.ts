/** `bd children`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";
import { issuesWithCounts } from "../list-json.ts";
import { beadLine } from "../render/line.ts";

export default defineCommand<BdContext>()({
  summary: "The children of a bead, closed ones too",
  positionals: [{ name: "parent", required: true, complete: "bead" }],
  flags: { pretty: { type: "boolean", summary: "Understood; there is one form" } },
  async run({ args }, ctx) {
    const backend = await ctx.backend();
    const parent = await resolveId(ctx, args[0] ?? "");
    const beads = await backend.issues({ parent });
    const payload = ctx.out.json ? await issuesWithCounts(beads, backend) : [];
    ctx.out.emit(payload, () =>
      beads.length === 0
        ? `${parent} has no children`
        : beads.map(bead => beadLine(bead, ctx.out.style)).join("\n"),
    );
    return 0;
  },
});
