/** `bd label add`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { changeLabels } from "../label-words.ts";

export default defineCommand<BdContext>()({
  summary: "Add labels to beads",
  description: "Ids first, the label last; several labels with commas.",
  positionals: [{ name: "id", required: true, rest: true, complete: "bead" }],
  run: ({ args }, ctx) => changeLabels("added", args, ctx),
});
