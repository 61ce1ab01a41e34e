/** `bd human stats`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { humanBeads } from "../humans.ts";

export default defineCommand<BdContext>()({
  summary: "Figures about what waits for a person",
  async run(_input, ctx) {
    const beads = await humanBeads(ctx);
    const closed = beads.filter(bead => bead.status === "closed");
    const dismissed = closed.filter(bead => bead.close_reason?.startsWith("Dismissed") === true).length;
    const payload = {
      total: beads.length,
      pending: beads.length - closed.length,
      responded: closed.length - dismissed,
      dismissed,
    };
    ctx.out.emit(payload, () =>
      Object.entries(payload)
        .map(([name, count]) => `${name}: ${count}`)
        .join("\n"),
    );
    return 0;
  },
});
