/** `bd todo done`. */
import { defineCommand } from "../../lib/args.ts";
import { closeBead } from "../close-bead.ts";
import type { BdContext } from "../context.ts";
import { updateMany } from "../many-update.ts";

export default defineCommand<BdContext>()({
  summary: "Mark tasks done",
  positionals: [{ name: "id", required: true, rest: true, complete: "bead" }],
  flags: { reason: { type: "string", default: "Completed", summary: "Why" } },
  run: ({ flags, args }, ctx) =>
    updateMany(
      ctx,
      args,
      (tx, bead) => closeBead(tx, bead.id, { reason: flags.reason, force: false }),
      bead => `✓ Closed ${bead.id}`,
    ),
});
