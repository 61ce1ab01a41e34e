/** `bd mol last-activity`: when a molecule last moved. */
import { stepsOf } from "../../../../store/molecules/progress.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";

export default defineCommand<BdContext>()({
  summary: "When a molecule last moved, and by which step",
  positionals: [{ name: "molecule", required: true, complete: "bead" }],
  async run({ args }, ctx) {
    const id = await resolveId(ctx, args[0] ?? "");
    const latest = await (await ctx.backend()).change({ touches: "all" }, tx =>
      [tx.require(id), ...stepsOf(tx, id)].reduce((a, b) => (b.updated_at > a.updated_at ? b : a)),
    );
    const source =
      latest.id === id ? "molecule" : latest.status === "closed" ? "step_closed" : "step_updated";
    ctx.out.emit(
      { molecule_id: id, last_activity: latest.updated_at, source, source_step_id: latest.id },
      () => `${id} last moved at ${latest.updated_at} (${latest.id} — ${printable(latest.title)})`,
    );
    return 0;
  },
});
