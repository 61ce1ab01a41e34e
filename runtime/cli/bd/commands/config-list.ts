/** `bd config list`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { settingsOnly } from "../store-config.ts";

export default defineCommand<BdContext>()({
  summary: "All settings",
  async run(_input, ctx) {
    const config = settingsOnly(await (await ctx.backend()).config());
    const keys = Object.keys(config).sort();
    ctx.out.emit(config, () =>
      keys.length === 0
        ? "No configuration set"
        : ["Configuration:", ...keys.map(key => `  ${key} = ${config[key]}`)].join("\n"),
    );
    return 0;
  },
});
