/** `bd mol stale`: molecules whose work is over but which were never closed. */
import { progressOf } from "../../../../store/molecules/progress.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "Open molecules whose steps are all done",
  flags: {
    blocking: { type: "boolean", summary: "Only those that block something" },
    all: { type: "boolean", summary: "Also those without steps" },
  },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const found = await backend.change({ touches: "all" }, tx =>
      tx.query({ type: ["molecule"], category: ["active", "wip"] }).flatMap(root => {
        const progress = progressOf(tx, root.id);
        if (!progress.complete && !(flags.all === true && progress.total === 0)) return [];
        const blocking = tx
          .query({ dependsOn: root.id, edgeType: "blocks", category: ["active", "wip"] })
          .map(bead => bead.id);
        if (flags.blocking === true && blocking.length === 0) return [];
        return [
          {
            id: root.id,
            title: root.title,
            total_children: progress.total,
            closed_children: progress.completed,
            blocking_issues: blocking,
            blocking_count: blocking.length,
          },
        ];
      }),
    );
    const blocking = found.filter(item => item.blocking_count > 0).length;
    ctx.out.emit({ stale_molecules: found, total_count: found.length, blocking_count: blocking }, () =>
      found.length === 0
        ? "No stale molecules."
        : found
            .map(
              item =>
                `${item.id}  ${printable(item.title)}  (${item.closed_children}/${item.total_children})`,
            )
            .join("\n"),
    );
    return 0;
  },
});
