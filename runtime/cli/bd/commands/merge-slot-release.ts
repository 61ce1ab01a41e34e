/** `bd merge-slot release`. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { requireSlot, slotId, slotState } from "../merge-slot.ts";

export default defineCommand<BdContext>()({
  summary: "Give the merge slot back",
  flags: {
    holder: { type: "string", value: "name", summary: "Refuse when it is not this one who holds it" },
  },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const id = slotId(backend.prefix);
    const before = await backend.change({ touches: [id] }, tx => {
      const state = slotState(requireSlot(tx, id));
      if (flags.holder !== undefined && state.holder !== null && state.holder !== flags.holder) {
        throw new AppError("conflict", `slot held by ${state.holder}, not by ${flags.holder}`);
      }
      if (state.holder !== null) tx.update(id, { status: "open", metadata: { holder: null } });
      return state;
    });
    ctx.touched(id, true);
    ctx.out.emit(
      {
        id,
        released: true,
        ...(before.holder === null ? {} : { previous_holder: before.holder }),
        ...(before.waiters.length === 0 ? {} : { waiters: before.waiters }),
      },
      () =>
        `✓ Released merge slot: ${id}${before.waiters[0] === undefined ? "" : `\n  Next: ${before.waiters[0]}`}`,
    );
    return 0;
  },
});
