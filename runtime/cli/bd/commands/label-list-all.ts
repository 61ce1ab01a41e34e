/** `bd label list-all`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "All labels and how often they are used",
  async run(_input, ctx) {
    const counts = new Map<string, number>();
    for await (const page of (await ctx.backend()).issuePages({})) {
      for (const label of page.flatMap(bead => bead.labels ?? []))
        counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    const all = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([label, count]) => ({ label, count }));
    ctx.out.emit(all, () => {
      if (all.length === 0) return "No labels found.";
      const width = Math.max(...all.map(({ label }) => label.length));
      return [
        `All labels (${all.length} unique):`,
        ...all.map(l => `  ${l.label.padEnd(width)}  ${l.count}`),
      ].join("\n");
    });
    return 0;
  },
});
