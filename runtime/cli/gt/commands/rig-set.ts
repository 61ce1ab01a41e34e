/** `gt rig set` */
import { rigViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { AGENT_FLAGS, driverOf, RIG_FLAGS } from "../rig-flags.ts";
import { settingsOf } from "../rig-settings.ts";
import { rigLines } from "../show/rig.ts";

export const rigSet = defineCommand<GtContext>()({
  summary: "Changes settings of a rig; what is not named stays",
  examples: [
    { line: "gt rig set web --gate 'test=npm test' --gate 'lint=npm run lint'", note: "replaces all gates" },
    { line: "gt rig set web --agent gemini --max-polecats 2" },
  ],
  flags: { ...RIG_FLAGS, ...AGENT_FLAGS },
  positionals: [{ name: "rig", required: true, complete: "rig" }],
  async run({ flags, args: [name = ""] }, context) {
    const settings = settingsOf(flags, driverOf(flags));
    if (Object.keys(settings).length === 0) throw usageError("Nothing to change was named.");
    const rig = await context
      .client()
      .send("PATCH", `/rigs/${encodeURIComponent(name)}`, settings, rigViewSchema);
    context.print(rig, () => rigLines(rig, context));
    return undefined;
  },
});
