/** `bd kv set`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { storedKey } from "../kv-key.ts";

export default defineCommand<BdContext>()({
  summary: "Set a key",
  positionals: [
    { name: "key", required: true },
    { name: "value", required: true },
  ],
  async run({ args }, ctx) {
    const [key = "", value = ""] = args;
    const stored = storedKey(key);
    await (await ctx.backend()).change({ touches: [], subject: `Set ${key}` }, tx =>
      tx.setConfig(stored, value),
    );
    ctx.out.emit({ key, value }, () => `Set ${key} = ${value}`);
    return 0;
  },
});
