/** `bd config set`. */
import { defineCommand } from "../../lib/args.ts";
import { writeSettings } from "../config-write.ts";
import type { BdContext } from "../context.ts";
import { locationOf } from "../store-config.ts";

export default defineCommand<BdContext>()({
  summary: "Change a setting",
  description:
    "Settings are on the bead branch and travel with it; beads.role is in git's configuration of this clone.",
  examples: [
    { line: 'bd config set status.custom "awaiting_review:wip,on_hold:frozen"' },
    { line: "bd config set types.custom research,ops" },
  ],
  positionals: [
    { name: "key", required: true },
    { name: "value", required: true },
  ],
  flags: { "force-git-tracked": { type: "boolean", summary: "Also what looks like a secret" } },
  async run({ flags, args }, ctx) {
    const [key = "", value = ""] = args;
    await writeSettings([[key, value]], ctx, { allowSecrets: flags["force-git-tracked"] === true });
    const location = locationOf(key);
    ctx.out.emit(
      { key, value, ...(location === "git config" ? { location } : {}) },
      () => `Set ${key} = ${value}`,
    );
    return 0;
  },
});
