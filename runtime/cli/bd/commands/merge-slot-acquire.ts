/** `bd merge-slot acquire`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { requireSlot, slotId, slotState } from "../merge-slot.ts";

export default defineCommand<BdContext>()({
  summary: "Take the merge slot",
  description: "Exit code 1 when somebody else holds it.",
  flags: {
    holder: { type: "string", value: "name", summary: "For whom" },
    wait: { type: "boolean", summary: "Queue up when it is held" },
  },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const id = slotId(backend.prefix);
    const me = flags.holder ?? ctx.actor();
    const result = await backend.change({ touches: [id] }, tx => {
      const { holder, waiters } = slotState(requireSlot(tx, id));
      if (holder === null || holder === me) {
        if (holder === null)
          tx.update(id, {
            status: "in_progress",
            metadata: { holder: me, waiters: waiters.filter(w => w !== me) },
          });
        return { acquired: true, holder: me, position: 0 };
      }
      const queue = waiters.includes(me) || flags.wait !== true ? waiters : [...waiters, me];
      if (queue !== waiters) tx.update(id, { metadata: { waiters: queue } });
      return { acquired: false, holder, position: queue.indexOf(me) + 1 };
    });
    const { acquired, holder, position } = result;
    ctx.touched(id, true);
    ctx.out.emit({ id, acquired, holder, ...(position > 0 ? { waiting: true, position } : {}) }, () =>
      acquired
        ? `✓ Acquired merge slot: ${id}\n  Holder: ${holder}`
        : `✗ Slot held by: ${holder}${position > 0 ? `\n  Waiting at position ${position}` : "\n  Use --wait to queue up"}`,
    );
    return acquired ? 0 : 1;
  },
});
