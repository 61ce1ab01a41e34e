/** `bd duplicate`. */
import { defineCommand, usageError } from "../../lib/args.ts";
import { closeAs } from "../close-as.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";

export default defineCommand<BdContext>()({
  summary: "Close a bead as a duplicate of another",
  positionals: [{ name: "id", required: true, complete: "bead" }],
  flags: { of: { type: "string", value: "id", summary: "The canonical", complete: "bead" } },
  async run({ flags, args }, ctx) {
    if (flags.of === undefined) throw usageError("--of is required");
    const [id, other] = [await resolveId(ctx, args[0] ?? ""), await resolveId(ctx, flags.of)];
    const backend = await ctx.backend();
    await backend.change({ touches: [id, other] }, tx =>
      closeAs(tx, id, other, "duplicates", `Duplicate of ${other}`),
    );
    ctx.touched(id, true);
    ctx.out.emit(
      { duplicate: id, canonical: other, status: "closed" },
      () => `✓ Marked ${id} as duplicate of ${other} (closed)`,
    );
    return 0;
  },
});
