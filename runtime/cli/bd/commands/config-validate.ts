/** `bd config validate`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { looksSecret, settingsOnly } from "../store-config.ts";

const MODES = ["auto", "maintainer", "contributor", "explicit"];

export default defineCommand<BdContext>()({
  summary: "Check the settings",
  async run(_input, ctx) {
    const config = settingsOnly(await (await ctx.backend()).config());
    const issues = [
      ...Object.keys(config)
        .filter(looksSecret)
        .map(key => `${key} looks like a secret and is pushed with the beads`),
      ...(config["routing.mode"] === undefined || MODES.includes(config["routing.mode"])
        ? []
        : [`routing.mode is "${config["routing.mode"]}", not one of ${MODES.join(", ")}`]),
    ];
    ctx.out.emit({ valid: issues.length === 0, issues }, () =>
      issues.length === 0 ? "✓ Configuration is valid" : issues.map(line => `✗ ${line}`).join("\n"),
    );
    return issues.length === 0 ? 0 : 1;
  },
});
