/** `bd hooks uninstall`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { removeHooks } from "../hooks-remove.ts";

export default defineCommand<BdContext>()({
  summary: "Remove the git hooks",
  run: (_input, ctx) => removeHooks(ctx),
});
