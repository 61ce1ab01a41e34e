/** `bd label list`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { requireBead } from "../ids.ts";

export default defineCommand<BdContext>()({
  summary: "The labels of a bead",
  positionals: [{ name: "id", required: true, complete: "bead" }],
  async run({ args }, ctx) {
    const bead = await requireBead(ctx, args[0] ?? "");
    const labels = [...(bead.labels ?? [])];
    ctx.out.emit(labels, () =>
      labels.length === 0
        ? `${bead.id} has no labels`
        : [`Labels for ${bead.id}:`, ...labels.map(l => `  - ${l}`)].join("\n"),
    );
    return 0;
  },
});
