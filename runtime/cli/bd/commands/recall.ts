/** `bd recall`. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { MEMORY_PREFIX } from "../store-config.ts";

export default defineCommand<BdContext>()({
  summary: "Show a memory",
  positionals: [{ name: "key", required: true }],
  async run({ args }, ctx) {
    const key = args[0] ?? "";
    const value = (await (await ctx.backend()).config())[`${MEMORY_PREFIX}${key}`];
    if (value === undefined)
      throw new AppError("not_found", `no memory with key "${key}"`, { hint: "bd memories lists them." });
    ctx.out.emit({ key, value }, () => printable(value));
    return 0;
  },
});
