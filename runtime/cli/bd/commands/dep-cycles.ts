/** `bd dep cycles`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { findCycles, ORDERING_TYPES } from "../cycles.ts";
import { issueJson } from "../issue-json.ts";

export default defineCommand<BdContext>()({
  summary: "Find cycles of blocking dependencies",
  async run(_input, ctx) {
    const backend = await ctx.backend();
    const cycles = findCycles(await backend.edges(ORDERING_TYPES));
    const members = new Map((await backend.issues({ ids: cycles.flat() })).map(bead => [bead.id, bead]));
    ctx.out.emit(
      cycles.map(cycle =>
        cycle.flatMap(id => {
          const bead = members.get(id);
          return bead === undefined ? [] : [issueJson(bead)];
        }),
      ),
      () => {
        if (cycles.length === 0) return `${ctx.out.style.green("✓")} No dependency cycles detected`;
        const lines = cycles.map(cycle => `  ${[...cycle, cycle[0]].join(" → ")}`);
        return [`Found ${cycles.length} dependency cycle(s):`, ...lines].join("\n");
      },
    );
    return 0;
  },
});
