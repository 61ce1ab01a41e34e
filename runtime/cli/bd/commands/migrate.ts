/** `bd migrate`: there is nothing to migrate; older formats come in by `bd import`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { BD_VERSION } from "../version.ts";

export default defineCommand<BdContext>()({
  summary: "Nothing to migrate",
  positionals: [{ name: "what", rest: true }],
  flags: {
    inspect: { type: "boolean", summary: "Show the state" },
    "dry-run": { type: "boolean", summary: "Understood", hidden: true },
    yes: { type: "boolean", summary: "Understood", hidden: true },
    force: { type: "boolean", summary: "Understood", hidden: true },
    cleanup: { type: "boolean", summary: "Understood", hidden: true },
    "update-repo-id": { type: "boolean", summary: "Understood", hidden: true },
  },
  async run(_input, ctx) {
    const backend = await ctx.backend();
    const payload = {
      status: "current",
      current_version: BD_VERSION,
      schema: { version: BD_VERSION, missing_config: [] },
      issue_count: await backend.count({}),
      registered_migrations: [],
      warnings: [],
      invariants_to_check: [],
    };
    ctx.out.emit(payload, () => "Nothing to migrate: the branch has the current format.");
    return 0;
  },
});
