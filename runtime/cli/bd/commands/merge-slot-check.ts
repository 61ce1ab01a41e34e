/** `bd merge-slot check`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { slotId, slotState } from "../merge-slot.ts";

export default defineCommand<BdContext>()({
  summary: "Whether the merge slot is free",
  async run(_input, ctx) {
    const backend = await ctx.backend();
    const id = slotId(backend.prefix);
    const slot = await backend.get(id);
    if (slot === undefined) {
      ctx.out.emit(
        { id, available: false, error: "not found" },
        () => `Merge slot not found: ${id}\nRun 'bd merge-slot create' first.`,
      );
      return 0;
    }
    const { holder, waiters } = slotState(slot);
    ctx.out.emit({ id, available: holder === null, holder, waiters }, () =>
      holder === null
        ? `✓ Merge slot available: ${id}`
        : `○ Merge slot held: ${id}\n  Holder: ${holder}${waiters.length === 0 ? "" : `\n  Waiters: ${waiters.join(", ")}`}`,
    );
    return 0;
  },
});
