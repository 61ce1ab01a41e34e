/** `bd context`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { gitConfigValue } from "../git-config.ts";
import { BD_VERSION } from "../version.ts";

export default defineCommand<BdContext>()({
  summary: "Repository, folder, role and backend of this place",
  run(_input, ctx) {
    const { beadsDir, root, gitDir, redirectedFrom } = ctx.workspace();
    const role = gitConfigValue("beads.role", gitDir, ctx.io.env, () => undefined);
    const payload = {
      beads_dir: beadsDir,
      repo_root: root,
      cwd: ctx.cwd,
      backend: "git-branch",
      database: gitDir,
      is_redirected: redirectedFrom !== undefined,
      ...(role === undefined ? {} : { role }),
      bd_version: BD_VERSION,
    };
    ctx.out.emit(payload, () =>
      Object.entries(payload)
        .map(([key, value]) => `${key}: ${value}`)
        .join("\n"),
    );
    return 0;
  },
});
