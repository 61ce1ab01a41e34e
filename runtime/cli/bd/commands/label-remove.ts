/** `bd label remove`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { changeLabels } from "../label-words.ts";

export default defineCommand<BdContext>()({
  summary: "Remove labels from beads",
  description: "Ids first, the label last; several labels with commas.",
  positionals: [{ name: "id", required: true, rest: true, complete: "bead" }],
  run: ({ args }, ctx) => changeLabels("removed", args, ctx),
});
