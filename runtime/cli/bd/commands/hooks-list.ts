/** `bd hooks list`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { HOOK_NAMES, hookState, hooksFolder } from "../hook-files.ts";

export default defineCommand<BdContext>()({
  summary: "Which hooks are installed",
  run(_input, ctx) {
    const folder = { path: hooksFolder(ctx), root: ctx.workspace().root };
    const hooks = HOOK_NAMES.map(name => ({ name, state: hookState(folder, name) }));
    const payload = hooks.map(({ name, state }) => ({
      Name: name,
      Installed: state !== "absent",
      Outdated: state === "outdated",
    }));
    ctx.out.emit({ hooks: payload }, () =>
      hooks
        .map(
          ({ name, state }) =>
            `${state === "installed" ? "✓" : state === "outdated" ? "⚠" : "✗"} ${name}: ${state}`,
        )
        .join("\n"),
    );
    return 0;
  },
});
