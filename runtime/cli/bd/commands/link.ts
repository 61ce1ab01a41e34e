/** `bd link`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { edgeAnswer } from "../dep-json.ts";
import { requireDependencyType, target } from "../dependency-words.ts";
import { resolveId } from "../ids.ts";

export default defineCommand<BdContext>()({
  summary: "Link two beads: the first depends on the second",
  positionals: [
    { name: "id", required: true, complete: "bead" },
    { name: "depends-on", required: true, complete: "bead" },
  ],
  flags: {
    type: { type: "string", short: "t", value: "type", default: "blocks", summary: "Kind of dependency" },
  },
  async run({ flags, args }, ctx) {
    const type = requireDependencyType(flags.type);
    const [from, to] = [await resolveId(ctx, args[0] ?? ""), await target(args[1] ?? "", ctx)];
    await (await ctx.backend()).change({ touches: "all" }, tx => tx.addDependency(from, to, type));
    ctx.touched(from, true);
    ctx.out.emit(
      edgeAnswer("added", from, to, type),
      () => `✓ Added dependency: ${from} depends on ${to} (${type})`,
    );
    return 0;
  },
});
