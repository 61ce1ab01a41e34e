/** `bd forget`. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { MEMORY_PREFIX } from "../store-config.ts";

export default defineCommand<BdContext>()({
  summary: "Remove a memory",
  positionals: [{ name: "key", required: true }],
  async run({ args }, ctx) {
    const key = args[0] ?? "";
    const backend = await ctx.backend();
    if ((await backend.config())[`${MEMORY_PREFIX}${key}`] === undefined) {
      throw new AppError("not_found", `no memory with key "${key}"`, { hint: "bd memories lists them." });
    }
    await backend.change({ touches: [], subject: `Forget ${key}` }, tx =>
      tx.setConfig(`${MEMORY_PREFIX}${key}`, null),
    );
    ctx.out.emit({ key, deleted: "true" }, () => `Forgot [${key}]`);
    return 0;
  },
});
