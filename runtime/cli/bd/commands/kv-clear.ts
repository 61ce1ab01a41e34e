/** `bd kv clear`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { storedKey } from "../kv-key.ts";

export default defineCommand<BdContext>()({
  summary: "Remove a key",
  positionals: [{ name: "key", required: true }],
  async run({ args }, ctx) {
    const key = args[0] ?? "";
    const stored = storedKey(key);
    await (await ctx.backend()).change({ touches: [], subject: `Clear ${key}` }, tx =>
      tx.setConfig(stored, null),
    );
    ctx.out.emit({ key, deleted: "true" }, () => `Cleared ${key}`);
    return 0;
  },
});
