/** `bd graph check`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { findCycles } from "../cycles.ts";
import { gather, nodeOf } from "../gather.ts";

export default defineCommand<BdContext>()({
  summary: "Check the graph of dependencies; exit code 1 when something is wrong",
  async run(_input, ctx) {
    const beads = await gather(await ctx.backend(), {}, nodeOf);
    const cycles = findCycles(beads).map(cycle => cycle.map(bead => bead.id));
    const clean = cycles.length === 0;
    ctx.out.emit({ clean, cycles, summary: { cycle_count: cycles.length } }, () =>
      clean ? "✓ No cycles" : cycles.map(cycle => `✗ Cycle: ${[...cycle, cycle[0]].join(" → ")}`).join("\n"),
    );
    return clean ? 0 : 1;
  },
});
