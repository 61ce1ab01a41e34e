/** `bd hooks install`. */
import { join } from "node:path";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { checkHook, HOOK_NAMES, HOOKS, hooksFolder, installHook, requireOwnHooks } from "../hook-files.ts";
import { removeHooks } from "../hooks-remove.ts";
import { failure } from "../output.ts";

export default defineCommand<BdContext>()({
  summary: "Install git hooks",
  description: HOOK_NAMES.map(name => `${name}: ${HOOKS[name]}.`).join(" "),
  flags: {
    remove: { type: "boolean", summary: "Take them out again; the same as bd hooks uninstall" },
    shared: { type: "boolean", summary: "Into .beads-hooks/, which can be committed" },
    beads: { type: "boolean", summary: "Into .beads/hooks/" },
    force: { type: "boolean", summary: "Understood; hooks of others are never overwritten", hidden: true },
    chain: { type: "boolean", summary: "Understood; hooks of others always run, too", hidden: true },
  },
  run({ flags }, ctx) {
    if (flags.remove === true) return removeHooks(ctx);
    const { kind, root, gitDir, beadsDir } = ctx.workspace();
    if (kind === "own") throw failure("hooks need a git repository, and this folder is none");
    const own =
      flags.shared === true
        ? join(root, ".beads-hooks")
        : flags.beads === true
          ? join(beadsDir, "hooks")
          : undefined;
    const path = own ?? hooksFolder(ctx);
    requireOwnHooks(ctx, path);
    const folder = { path, root };
    for (const name of HOOK_NAMES) checkHook(folder, name);
    const changed = HOOK_NAMES.filter(name => installHook(folder, name));
    if (own !== undefined) {
      const result = ctx.spawn([
        "git",
        "--git-dir",
        gitDir,
        "config",
        "core.hooksPath",
        own.slice(root.length + 1),
      ]);
      if (result.code !== 0) throw failure(`git config core.hooksPath: ${result.stderr.trim()}`);
    }
    ctx.out.emit({ status: "installed", path, hooks: HOOK_NAMES, changed }, () =>
      [`✓ Hooks in ${path}:`, ...HOOK_NAMES.map(name => `  ${name}: ${HOOKS[name]}`)].join("\n"),
    );
    return 0;
  },
});
