/** `bd promote`: a wisp becomes an ordinary bead. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { updateOne } from "../single-update.ts";

export default defineCommand<BdContext>()({
  summary: "Keep a wisp as an ordinary bead",
  positionals: [{ name: "id", required: true, complete: "bead" }],
  flags: { reason: { type: "string", short: "r", summary: "Why; kept in a comment" } },
  run: ({ flags, args }, ctx) =>
    updateOne(
      ctx,
      args[0] ?? "",
      (tx, bead) => {
        if (bead.ephemeral !== true) throw new AppError("precondition_failed", `${bead.id} is not a wisp`);
        tx.update(bead.id, { ephemeral: null, wisp_type: null });
        tx.comment(
          bead.id,
          flags.reason === undefined ? "Promoted from a wisp" : `Promoted from a wisp: ${flags.reason}`,
        );
      },
      bead => `Promoted ${bead.id}`,
    ),
});
