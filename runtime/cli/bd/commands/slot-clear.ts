/** `bd slot clear`. */
import { defineCommand } from "../../lib/args.ts";
import { requireAgent, SLOT_NAMES, slotField } from "../agent-beads.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "Take what hangs on a slot of an agent off it",
  positionals: [
    { name: "agent", required: true, complete: "bead" },
    { name: "slot", required: true, choices: SLOT_NAMES },
  ],
  flags: {},
  async run({ args }, ctx) {
    const [word = "", slot = ""] = args;
    const { id: agent } = await requireAgent(ctx, word);
    const field = slotField(slot);
    await (await ctx.backend()).change({ touches: [agent] }, tx =>
      tx.update(agent, { [field]: null, last_activity: tx.now }),
    );
    ctx.touched(agent, true);
    ctx.out.emit({ agent, slot, bead: null }, () => `${ctx.out.style.green("✓")} ${agent} ${slot} is free`);
    return 0;
  },
});
