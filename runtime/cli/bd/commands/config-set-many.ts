/** `bd config set-many`. */
import { defineCommand } from "../../lib/args.ts";
import { writeSettings } from "../config-write.ts";
import type { BdContext } from "../context.ts";
import { parseKeyValue } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "Change several settings in one commit",
  positionals: [{ name: "key=value", required: true, rest: true }],
  flags: { "force-git-tracked": { type: "boolean", summary: "Also what looks like a secret" } },
  async run({ flags, args }, ctx) {
    const entries = args.map(word => parseKeyValue(word, "config set-many"));
    await writeSettings(entries, ctx, { allowSecrets: flags["force-git-tracked"] === true });
    ctx.out.emit(
      entries.map(([key, value]) => ({ key, value })),
      () => entries.map(([k, v]) => `Set ${k} = ${v}`).join("\n"),
    );
    return 0;
  },
});
