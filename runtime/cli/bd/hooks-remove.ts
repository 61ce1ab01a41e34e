/** Taking the git hooks out, wherever they were put. */
import { join } from "node:path";
import type { BdContext } from "./context.ts";
import { HOOK_NAMES, hooksFolder, uninstallHook } from "./hook-files.ts";

/** Removes our part of every hook and says so; answers the exit code. */
export function removeHooks(ctx: BdContext): number {
  const { root, beadsDir } = ctx.workspace();
  const folders = [...new Set([hooksFolder(ctx), join(root, ".beads-hooks"), join(beadsDir, "hooks")])];
  const removed = folders.flatMap(path => HOOK_NAMES.filter(name => uninstallHook({ path, root }, name)));
  ctx.out.emit({ status: "uninstalled", removed }, () =>
    removed.length === 0 ? "No hooks were installed." : `✓ Removed ${removed.join(", ")}`,
  );
  return 0;
}
