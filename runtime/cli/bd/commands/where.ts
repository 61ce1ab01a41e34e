/** `bd where`: clients read the first line of the text. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { noWorkspace } from "../no-workspace.ts";

export default defineCommand<BdContext>()({
  summary: "Where the beads of this folder are",
  async run(_input, ctx) {
    const workspace = ctx.findWorkspace();
    if (workspace === undefined || !workspace.initialised) throw noWorkspace(workspace);
    const { prefix } = await ctx.backend();
    const { beadsDir, redirectedFrom, gitDir } = workspace;
    ctx.out.emit(
      {
        path: beadsDir,
        ...(redirectedFrom === undefined ? {} : { redirected_from: redirectedFrom }),
        prefix,
        database_path: gitDir,
      },
      () =>
        [
          beadsDir,
          ...(redirectedFrom === undefined ? [] : [`  (via redirect from ${redirectedFrom})`]),
          `  prefix: ${prefix}`,
          `  branch: beads in ${gitDir}`,
        ].join("\n"),
    );
    return 0;
  },
});
