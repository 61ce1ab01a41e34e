/** `bd supersede`. */
import { defineCommand, usageError } from "../../lib/args.ts";
import { closeAs } from "../close-as.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";

export default defineCommand<BdContext>()({
  summary: "Close a bead in favour of a newer one",
  positionals: [{ name: "id", required: true, complete: "bead" }],
  flags: { with: { type: "string", value: "id", summary: "The replacement", complete: "bead" } },
  async run({ flags, args }, ctx) {
    if (flags.with === undefined) throw usageError("--with is required");
    const [id, other] = [await resolveId(ctx, args[0] ?? ""), await resolveId(ctx, flags.with)];
    const backend = await ctx.backend();
    await backend.change({ touches: [id, other] }, tx =>
      closeAs(tx, id, other, "supersedes", `Superseded by ${other}`),
    );
    ctx.touched(id, true);
    ctx.out.emit(
      { superseded: id, replacement: other, status: "closed" },
      () => `✓ Marked ${id} as superseded by ${other} (closed)`,
    );
    return 0;
  },
});
