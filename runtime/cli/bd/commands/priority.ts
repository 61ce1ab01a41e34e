/** `bd priority`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { updateOne } from "../single-update.ts";
import { parsePriority } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "Set the priority of a bead",
  description: "0 critical, 1 high, 2 medium, 3 low, 4 backlog.",
  positionals: [
    { name: "id", required: true, complete: "bead" },
    { name: "priority", required: true },
  ],
  run({ args }, ctx) {
    const priority = parsePriority(args[1] ?? "");
    return updateOne(ctx, args[0] ?? "", (tx, bead) => tx.update(bead.id, { priority }));
  },
});
