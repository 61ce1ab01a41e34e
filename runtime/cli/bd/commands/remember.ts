/** `bd remember`. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { keyFromText, looksLikeKey } from "../memory-key.ts";
import { MEMORY_PREFIX } from "../store-config.ts";

export default defineCommand<BdContext>()({
  summary: "Keep an insight for later sessions",
  description: "Memories are on the bead branch, and bd prime tells them at the start of a session.",
  examples: [{ line: 'bd remember "the tests need a running database" --key test-database' }],
  positionals: [{ name: "text", required: true, rest: true }],
  flags: { key: { type: "string", value: "key", summary: "Its key; one is made from the text" } },
  async run({ flags, args }, ctx) {
    const text = args.join(" ").trim();
    if (text === "") throw usageError("memory content cannot be empty");
    const backend = await ctx.backend();
    const config = await backend.config();
    if (flags.key === undefined && looksLikeKey(text)) {
      const known = config[`${MEMORY_PREFIX}${text}`];
      if (known === undefined) {
        throw new AppError("not_found", `"${text}" looks like a key, and there is no memory with it`, {
          hint: `To remember the word itself: bd remember "${text}" --key <key>`,
        });
      }
      ctx.out.emit({ key: text, value: known, action: "recalled" }, () => printable(known));
      return 0;
    }
    const key = flags.key ?? keyFromText(text);
    const action = config[`${MEMORY_PREFIX}${key}`] === undefined ? "remembered" : "updated";
    await backend.change({ touches: [], subject: `Remember ${key}` }, tx =>
      tx.setConfig(`${MEMORY_PREFIX}${key}`, text),
    );
    ctx.out.emit(
      { key, value: text, action },
      () => `${action === "updated" ? "Updated" : "Remembered"} [${key}]: ${printable(text)}`,
    );
    return 0;
  },
});
