/** `bd human dismiss`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { updateOne } from "../single-update.ts";

export default defineCommand<BdContext>()({
  summary: "Close what waits for a person, without an answer",
  positionals: [{ name: "id", required: true, complete: "bead" }],
  flags: { reason: { type: "string", summary: "Why" } },
  run: ({ flags, args }, ctx) =>
    updateOne(
      ctx,
      args[0] ?? "",
      (tx, bead) =>
        tx.close(bead.id, flags.reason === undefined ? "Dismissed" : `Dismissed: ${flags.reason}`),
      bead => `Dismissed ${bead.id}`,
    ),
});
