/** `bd recompute-blocked`: the index is built anew from the branch. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { dropIndex } from "../doctor-fixes.ts";

export default defineCommand<BdContext>()({
  summary: "Build the index anew",
  async run(_input, ctx) {
    dropIndex(ctx.workspace().gitDir);
    const count = await (await ctx.backend()).count({});
    ctx.out.emit({ status: "rebuilt", issues: count }, () => `✓ Index of ${count} issues built anew`);
    return 0;
  },
});
