/** `bd hooks uninstall`. */
import { join } from "node:path";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { HOOK_NAMES, hooksFolder, uninstallHook } from "../hook-files.ts";

export default defineCommand<BdContext>()({
  summary: "Remove the git hooks",
  run(_input, ctx) {
    const { root, beadsDir } = ctx.workspace();
    const folders = [...new Set([hooksFolder(ctx), join(root, ".beads-hooks"), join(beadsDir, "hooks")])];
    const removed = folders.flatMap(folder => HOOK_NAMES.filter(name => uninstallHook(folder, name)));
    ctx.out.emit({ status: "uninstalled", removed }, () =>
      removed.length === 0 ? "No hooks were installed." : `✓ Removed ${removed.join(", ")}`,
    );
    return 0;
  },
});
