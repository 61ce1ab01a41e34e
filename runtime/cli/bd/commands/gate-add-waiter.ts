/** `bd gate add-waiter`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { requireGate } from "../gates.ts";
import { updateOne } from "../single-update.ts";

export default defineCommand<BdContext>()({
  summary: "Have somebody told when the gate opens",
  positionals: [
    { name: "id", required: true, complete: "bead" },
    { name: "waiter", required: true },
  ],
  async run({ args }, ctx) {
    const { id } = await requireGate(ctx, args[0] ?? "");
    return updateOne(
      ctx,
      id,
      (tx, gate) => tx.update(id, { waiters: [...new Set([...(gate.waiters ?? []), args[1] ?? ""])] }),
      () => `Added waiter to ${id}`,
    );
  },
});
