/** `bd gate show`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { detailsOf } from "../details.ts";
import { requireGate } from "../gates.ts";
import { issueJson } from "../issue-json.ts";
import { detailsPage } from "../render/details.ts";

export default defineCommand<BdContext>()({
  summary: "Show a gate",
  positionals: [{ name: "id", required: true, complete: "bead" }],
  async run({ args }, ctx) {
    const gate = await requireGate(ctx, args[0] ?? "");
    const details = await detailsOf(gate, await ctx.backend());
    ctx.out.emit(issueJson(gate), () => detailsPage(details, ctx.out.style, { long: true }));
    return 0;
  },
});
