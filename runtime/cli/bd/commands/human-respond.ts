/** `bd human respond`. */
import { defineCommand, usageError } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { updateOne } from "../single-update.ts";

export default defineCommand<BdContext>()({
  summary: "Answer what waits for a person, and close it",
  positionals: [{ name: "id", required: true, complete: "bead" }],
  flags: { response: { type: "string", short: "r", summary: "The answer; kept as a comment" } },
  run({ flags, args }, ctx) {
    const { response } = flags;
    if (response === undefined || response.trim() === "") throw usageError("--response is required");
    return updateOne(
      ctx,
      args[0] ?? "",
      (tx, bead) => {
        tx.comment(bead.id, response);
        tx.close(bead.id, "Responded");
      },
      bead => `Responded to ${bead.id} and closed it`,
    );
  },
});
