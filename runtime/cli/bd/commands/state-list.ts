/** `bd state list`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { requireBead } from "../ids.ts";
import { statesOf } from "../states.ts";

export default defineCommand<BdContext>()({
  summary: "The state of a bead in all dimensions",
  positionals: [{ name: "id", required: true, complete: "bead" }],
  async run({ args }, ctx) {
    const bead = await requireBead(ctx, args[0] ?? "");
    const states = statesOf(bead);
    ctx.out.emit({ issue_id: bead.id, states }, () => {
      const lines = Object.entries(states).map(([dimension, value]) => `  ${dimension}: ${value}`);
      return lines.length === 0
        ? `${bead.id} has no state labels`
        : [`State of ${bead.id}:`, ...lines].join("\n");
    });
    return 0;
  },
});
