/** `bd undefer`. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { updateMany } from "../many-update.ts";

export default defineCommand<BdContext>()({
  summary: "Bring deferred beads back",
  positionals: [{ name: "id", rest: true, complete: "bead" }],
  run: ({ args }, ctx) =>
    updateMany(
      ctx,
      args,
      (tx, bead) => {
        if (bead.status !== "deferred" && bead.defer_until === undefined) {
          throw new AppError("invalid_transition", `${bead.id} is not deferred (status: ${bead.status})`);
        }
        tx.update(bead.id, { ...(bead.status === "deferred" ? { status: "open" } : {}), defer_until: null });
      },
      bead => `○ Undeferred ${bead.id} — ${printable(bead.title)}`,
    ),
});
