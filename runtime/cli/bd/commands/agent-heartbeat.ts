/** `bd agent heartbeat`. */
import { defineCommand } from "../../lib/args.ts";
import { requireAgent } from "../agent-beads.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "Say that an agent lives, whatever it is doing",
  positionals: [{ name: "agent", required: true, complete: "bead" }],
  flags: {},
  async run({ args }, ctx) {
    const { id: agent } = await requireAgent(ctx, args[0] ?? "");
    const at = await (await ctx.backend()).change({ touches: [agent] }, tx => {
      tx.update(agent, { last_activity: tx.now });
      return tx.now;
    });
    ctx.touched(agent, true);
    ctx.out.emit({ agent, last_activity: at }, () => `${ctx.out.style.green("✓")} ${agent} was heard of`);
    return 0;
  },
});
