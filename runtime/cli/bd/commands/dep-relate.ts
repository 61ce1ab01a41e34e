/** `bd dep relate`: a link that both beads show. */
import { defineCommand, usageError } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";

export default defineCommand<BdContext>()({
  summary: "Link two beads as related, both ways",
  positionals: [
    { name: "id", required: true, complete: "bead" },
    { name: "other", required: true, complete: "bead" },
  ],
  async run({ args }, ctx) {
    const [a, b] = [await resolveId(ctx, args[0] ?? ""), await resolveId(ctx, args[1] ?? "")];
    if (a === b) throw usageError("cannot relate an issue to itself");
    await (await ctx.backend()).change({ touches: [a, b] }, tx => {
      tx.addDependency(a, b, "relates-to");
      tx.addDependency(b, a, "relates-to");
    });
    ctx.touched(a, true);
    ctx.out.emit({ id1: a, id2: b, status: "related", related: true }, () => `✓ Linked ${a} ↔ ${b}`);
    return 0;
  },
});
