/** `bd unclaim`. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { updateMany } from "../many-update.ts";

export default defineCommand<BdContext>()({
  summary: "Give a bead back: nobody has it, and it is open",
  positionals: [{ name: "id", rest: true, complete: "bead" }],
  flags: {
    reason: { type: "string", short: "r", summary: "Why; kept as a comment" },
    force: { type: "boolean", summary: "Also when somebody else has it" },
  },
  run({ flags, args }, ctx) {
    const actor = ctx.actor();
    return updateMany(
      ctx,
      args,
      (tx, bead) => {
        if (bead.assignee !== undefined && bead.assignee !== actor && flags.force !== true) {
          throw new AppError(
            "already_claimed",
            `${bead.id} is held by ${bead.assignee} (use --force to release it)`,
          );
        }
        if (bead.status === "closed") throw new AppError("invalid_transition", `${bead.id} is closed`);
        tx.update(bead.id, { assignee: null, status: "open" });
        if (flags.reason !== undefined) tx.comment(bead.id, `Unclaimed: ${flags.reason}`);
      },
      bead => `✓ Released ${bead.id} — ${printable(bead.title)}`,
    );
  },
});
