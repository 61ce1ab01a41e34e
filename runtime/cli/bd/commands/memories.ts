/** `bd memories`. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { entriesUnder, MEMORY_PREFIX } from "../store-config.ts";

export default defineCommand<BdContext>()({
  summary: "All memories, or those with a word",
  positionals: [{ name: "search", rest: true }],
  async run({ args }, ctx) {
    const word = args.join(" ").toLowerCase();
    const entries = entriesUnder(await (await ctx.backend()).config(), MEMORY_PREFIX).filter(
      ([key, value]) => word === "" || key.toLowerCase().includes(word) || value.toLowerCase().includes(word),
    );
    ctx.out.emit(Object.fromEntries(entries), () => {
      if (entries.length === 0)
        return word === "" ? "No memories stored." : `No memories matching "${word}".`;
      return [
        `Memories (${entries.length}):`,
        "",
        ...entries.map(([key, value]) => `  ${key}\n    ${printable(value).replace(/\n/g, "\n    ")}`),
      ].join("\n");
    });
    return 0;
  },
});
