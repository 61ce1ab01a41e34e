/** `bd assign`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { updateOne } from "../single-update.ts";

export default defineCommand<BdContext>()({
  summary: "Give a bead to somebody",
  examples: [{ line: "bd assign bd-a3f alice" }, { line: 'bd assign bd-a3f ""', note: "to nobody" }],
  positionals: [
    { name: "id", required: true, complete: "bead" },
    { name: "name", required: true },
  ],
  run: ({ args }, ctx) =>
    updateOne(ctx, args[0] ?? "", (tx, bead) =>
      tx.update(bead.id, { assignee: args[1] === "" ? null : (args[1] ?? null) }),
    ),
});
