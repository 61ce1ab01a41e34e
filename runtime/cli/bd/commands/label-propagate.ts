/** `bd label propagate`: a label of a parent goes down to its children. */
import { defineCommand } from "../../lib/args.ts";
import { childrenOf } from "../close-bead.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";

export default defineCommand<BdContext>()({
  summary: "Give a label to all direct children that lack it",
  positionals: [
    { name: "parent", required: true, complete: "bead" },
    { name: "label", required: true },
  ],
  async run({ args }, ctx) {
    const id = await resolveId(ctx, args[0] ?? "");
    const label = args[1] ?? "";
    const changed = await (await ctx.backend()).change({ touches: "all" }, tx => {
      const lacking = childrenOf(tx, id).filter(child => child.labels?.includes(label) !== true);
      for (const child of lacking) tx.addLabel(child.id, label);
      return lacking.map(child => child.id);
    });
    if (changed.length > 0) ctx.touched(id, true);
    ctx.out.emit(
      changed.map(child => ({ status: "added", issue_id: child, label })),
      () =>
        changed.length === 0
          ? "Nothing to do: every child has it."
          : `✓ Added '${label}' to ${changed.join(", ")}`,
    );
    return 0;
  },
});
