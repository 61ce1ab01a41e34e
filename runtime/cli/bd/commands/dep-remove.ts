/** `bd dep remove`. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { edgeAnswer } from "../dep-json.ts";
import { target } from "../dependency-words.ts";
import { resolveId } from "../ids.ts";

export default defineCommand<BdContext>()({
  summary: "Remove a dependency",
  positionals: [
    { name: "id", required: true, complete: "bead" },
    { name: "depends-on", required: true, complete: "bead" },
  ],
  flags: { type: { type: "string", short: "t", value: "type", summary: "Only an edge of this type" } },
  async run({ flags, args }, ctx) {
    const [first = "", second = ""] = args;
    const backend = await ctx.backend();
    const from = await resolveId(ctx, first);
    const bead = await backend.get(from);
    // The target may be gone: what stands in the edge counts then.
    const written = bead?.dependencies?.find(edge => edge.depends_on_id === second)?.depends_on_id;
    const to = written ?? (await target(second, ctx));
    const removed = await backend.change({ touches: [from] }, tx => {
      const edge = tx.require(from).dependencies?.find(e => e.depends_on_id === to);
      if (edge === undefined || (flags.type !== undefined && edge.type !== flags.type)) return false;
      return tx.removeDependency(from, to);
    });
    if (!removed)
      throw new AppError("not_found", `no dependency from ${from} to ${to}`, { hint: `bd dep list ${from}` });
    ctx.touched(from, true);
    ctx.out.emit(
      edgeAnswer("removed", from, to),
      () => `✓ Removed dependency: ${from} no longer depends on ${to}`,
    );
    return 0;
  },
});
