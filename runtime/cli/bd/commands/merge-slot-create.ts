/** `bd merge-slot create`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { slotId } from "../merge-slot.ts";

export default defineCommand<BdContext>()({
  summary: "Make the merge slot of this store",
  async run(_input, ctx) {
    const backend = await ctx.backend();
    const id = slotId(backend.prefix);
    if ((await backend.get(id)) === undefined) {
      await backend.change({ touches: [] }, tx =>
        tx.create({
          id,
          title: "Merge Slot",
          description: "Held by one agent at a time while it resolves merge conflicts.",
          issue_type: "slot",
          priority: 0,
          labels: ["gt:slot"],
        }),
      );
      ctx.touched(id, true);
    }
    ctx.out.emit({ id, status: "open" }, () => `✓ Merge slot: ${id}`);
    return 0;
  },
});
