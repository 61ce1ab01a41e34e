/** `bd graph check`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { findCycles, ORDERING_TYPES } from "../cycles.ts";

export default defineCommand<BdContext>()({
  summary: "Check the graph of dependencies; exit code 1 when something is wrong",
  async run(_input, ctx) {
    const cycles = findCycles(await (await ctx.backend()).edges(ORDERING_TYPES));
    const clean = cycles.length === 0;
    ctx.out.emit({ clean, cycles, summary: { cycle_count: cycles.length } }, () =>
      clean ? "✓ No cycles" : cycles.map(cycle => `✗ Cycle: ${[...cycle, cycle[0]].join(" → ")}`).join("\n"),
    );
    return clean ? 0 : 1;
  },
});
