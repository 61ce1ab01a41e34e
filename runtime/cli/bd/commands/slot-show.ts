/** `bd slot show`. */
import { defineCommand } from "../../lib/args.ts";
import { requireAgent, SLOT_NAMES, slotField, textOr } from "../agent-beads.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "What hangs on the slots of an agent",
  positionals: [{ name: "agent", required: true, complete: "bead" }],
  flags: {},
  async run({ args }, ctx) {
    const bead = await requireAgent(ctx, args[0] ?? "");
    const slots = Object.fromEntries(SLOT_NAMES.map(name => [name, textOr(bead, slotField(name))]));
    ctx.out.emit({ agent: bead.id, slots }, () =>
      SLOT_NAMES.map(name => `${name}: ${slots[name] ?? "(empty)"}`).join("\n"),
    );
    return 0;
  },
});
