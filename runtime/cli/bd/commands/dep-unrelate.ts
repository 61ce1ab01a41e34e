/** `bd dep unrelate`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";

export default defineCommand<BdContext>()({
  summary: "Remove a relates-to link, both ways",
  positionals: [
    { name: "id", required: true, complete: "bead" },
    { name: "other", required: true, complete: "bead" },
  ],
  async run({ args }, ctx) {
    const [a, b] = [await resolveId(ctx, args[0] ?? ""), await resolveId(ctx, args[1] ?? "")];
    await (await ctx.backend()).change({ touches: [a, b] }, tx => {
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const) {
        const edge = tx.require(from).dependencies?.find(e => e.depends_on_id === to);
        if (edge?.type === "relates-to") tx.removeDependency(from, to);
      }
    });
    ctx.touched(a, true);
    ctx.out.emit({ id1: a, id2: b, status: "unrelated", unrelated: true }, () => `✓ Unlinked ${a} ↔ ${b}`);
    return 0;
  },
});
