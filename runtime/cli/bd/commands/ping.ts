/** `bd ping`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "Whether the store answers, and how fast",
  async run(_input, ctx) {
    const start = performance.now();
    ctx.workspace();
    const resolved = performance.now();
    const backend = await ctx.backend();
    const opened = performance.now();
    await backend.count({});
    const end = performance.now();
    const ms = (from: number, to: number) => Math.round((to - from) * 10) / 10;
    ctx.out.emit(
      {
        status: "ok",
        resolve_ms: ms(start, resolved),
        store_ms: ms(resolved, opened),
        query_ms: ms(opened, end),
        total_ms: ms(start, end),
      },
      () => `ok (${ms(start, end)} ms)`,
    );
    return 0;
  },
});
