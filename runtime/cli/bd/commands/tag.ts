/** `bd tag`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { updateOne } from "../single-update.ts";

export default defineCommand<BdContext>()({
  summary: "Add a label to a bead",
  positionals: [
    { name: "id", required: true, complete: "bead" },
    { name: "label", required: true },
  ],
  run: ({ args }, ctx) => updateOne(ctx, args[0] ?? "", (tx, bead) => tx.addLabel(bead.id, args[1] ?? "")),
});
