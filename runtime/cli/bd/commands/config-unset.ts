/** `bd config unset`. */
import { defineCommand } from "../../lib/args.ts";
import { writeSettings } from "../config-write.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "Remove a setting",
  positionals: [{ name: "key", required: true }],
  async run({ args }, ctx) {
    const key = args[0] ?? "";
    await writeSettings([[key, null]], ctx);
    ctx.out.emit({ key }, () => `Unset ${key}`);
    return 0;
  },
});
