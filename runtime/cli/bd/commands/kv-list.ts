/** `bd kv list`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { entriesUnder, KV_PREFIX } from "../store-config.ts";

export default defineCommand<BdContext>()({
  summary: "All keys with their values",
  async run(_input, ctx) {
    const entries = entriesUnder(await (await ctx.backend()).config(), KV_PREFIX);
    ctx.out.emit(Object.fromEntries(entries), () =>
      entries.length === 0
        ? "No key-value pairs set"
        : ["Key-Value Store:", ...entries.map(([k, v]) => `  ${k} = ${v}`)].join("\n"),
    );
    return 0;
  },
});
