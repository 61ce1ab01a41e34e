/** `bd config show`: settings with where each comes from. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { gitConfigValue } from "../git-config.ts";
import { settingsOnly } from "../store-config.ts";

export default defineCommand<BdContext>()({
  summary: "Settings with where they come from",
  flags: { source: { type: "string", value: "name", summary: "Only from here: env, branch, git" } },
  async run({ flags }, ctx) {
    const env = Object.entries(ctx.io.env)
      .filter(([key, value]) => /^(BD|BEADS)_/.test(key) && value !== undefined)
      .map(([key, value]) => ({ key, value: value ?? "", source: "env" }));
    const branch = Object.entries(settingsOnly(await (await ctx.backend()).config())).map(([key, value]) => ({
      key,
      value,
      source: "branch",
    }));
    const role = gitConfigValue("beads.role", ctx.workspace().gitDir, ctx.io.env, () => undefined);
    const git = role === undefined ? [] : [{ key: "beads.role", value: role, source: "git" }];
    const all = [...env, ...branch, ...git].filter(
      ({ source }) => flags.source === undefined || source === flags.source,
    );
    ctx.out.emit(
      all,
      () =>
        all.map(({ key, value, source }) => `${key} = ${value}  (${source})`).join("\n") ||
        "No configuration set",
    );
    return 0;
  },
});
