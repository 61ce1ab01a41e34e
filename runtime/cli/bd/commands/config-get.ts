/** `bd config get`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { gitConfigValue } from "../git-config.ts";
import { locationOf } from "../store-config.ts";

export default defineCommand<BdContext>()({
  summary: "Show a setting",
  positionals: [{ name: "key", required: true }],
  async run({ args }, ctx) {
    const key = args[0] ?? "";
    if (locationOf(key) === "git config") {
      const value = gitConfigValue(key, ctx.workspace().gitDir, ctx.io.env, () => undefined) ?? "";
      ctx.out.emit({ key, value, location: "git config" }, () =>
        value === "" ? `${key} (not set in git config)` : value,
      );
      return 0;
    }
    const value = (await (await ctx.backend()).config())[key] ?? "";
    ctx.out.emit({ key, value }, () => (value === "" ? `${key} (not set)` : value));
    return 0;
  },
});
