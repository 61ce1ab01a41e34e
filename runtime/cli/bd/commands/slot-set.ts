/** `bd slot set`. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { requireAgent, SLOT_NAMES, slotField, textOr } from "../agent-beads.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";

export default defineCommand<BdContext>()({
  summary: "Hang a bead on a slot of an agent",
  positionals: [
    { name: "agent", required: true, complete: "bead" },
    { name: "slot", required: true, choices: SLOT_NAMES },
    { name: "bead", required: true, complete: "bead" },
  ],
  flags: {},
  async run({ args }, ctx) {
    const [word = "", slot = "", target = ""] = args;
    const { id: agent } = await requireAgent(ctx, word);
    const bead = await resolveId(ctx, target);
    const field = slotField(slot);
    await (await ctx.backend()).change({ touches: [agent, bead] }, tx => {
      const held = textOr(tx.require(agent), field);
      if (slot === "hook" && held !== null && held !== bead) {
        throw new AppError("already_exists", `slot "hook" of ${agent} is already occupied by ${held}`, {
          hint: `bd slot clear ${agent} hook`,
        });
      }
      tx.update(agent, { [field]: bead, last_activity: tx.now });
    });
    ctx.touched(agent, true);
    ctx.out.emit({ agent, slot, bead }, () => `${ctx.out.style.green("✓")} ${agent} ${slot} = ${bead}`);
    return 0;
  },
});
