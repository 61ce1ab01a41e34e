/** `bd repair-deps`: edges to beads that are gone. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "Remove dependencies on beads that are gone",
  flags: {
    fix: { type: "boolean", summary: "Do it; without, they are only listed" },
    interactive: { type: "boolean", short: "i", summary: "Understood", hidden: true },
  },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const dangling = await backend.danglingEdges();
    if (flags.fix === true && dangling.length > 0) {
      await backend.change(
        { touches: "all", subject: `Remove ${dangling.length} dangling dependencies` },
        tx => {
          for (const edge of dangling) tx.removeDependency(edge.from, edge.target);
        },
      );
      ctx.touched(dangling[0]?.from ?? "", true);
    }
    const orphans = dangling.map(({ from, target, type }) => ({
      issue_id: from,
      depends_on_id: target,
      type,
    }));
    ctx.out.emit({ orphans_found: orphans.length, orphans, fixed: flags.fix === true }, () =>
      orphans.length === 0
        ? "✓ No dangling dependencies"
        : [
            ...orphans.map(o => `  ${o.issue_id} → ${o.depends_on_id} (${o.type})`),
            flags.fix === true ? `✓ Removed ${orphans.length}` : "Remove them with --fix",
          ].join("\n"),
    );
    return 0;
  },
});
