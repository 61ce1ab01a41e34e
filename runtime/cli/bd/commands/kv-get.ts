/** `bd kv get`. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { failure } from "../output.ts";
import { KV_PREFIX } from "../store-config.ts";

export default defineCommand<BdContext>()({
  summary: "Show the value of a key",
  positionals: [{ name: "key", required: true }],
  async run({ args }, ctx) {
    const key = args[0] ?? "";
    const value = (await (await ctx.backend()).config())[`${KV_PREFIX}${key}`];
    if (value === undefined) throw failure(`${key} (not set)`, { json: { key, value: "", found: false } });
    ctx.out.emit({ key, value }, () => printable(value));
    return 0;
  },
});
