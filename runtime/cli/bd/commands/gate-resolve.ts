/** `bd gate resolve`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { requireGate } from "../gates.ts";
import { issueJson } from "../issue-json.ts";

export default defineCommand<BdContext>()({
  summary: "Open a gate by hand",
  positionals: [{ name: "id", required: true, complete: "bead" }],
  flags: { reason: { type: "string", short: "r", summary: "Why" } },
  async run({ flags, args }, ctx) {
    const { id } = await requireGate(ctx, args[0] ?? "");
    const gate = await (await ctx.backend()).change({ touches: [id] }, tx =>
      tx.close(id, flags.reason ?? "Gate resolved"),
    );
    ctx.touched(id, true);
    ctx.out.emit(issueJson(gate), () => `✓ Gate resolved: ${id}`);
    return 0;
  },
});
