/** `bd mol progress`: how far a molecule is. */
import { progressOf } from "../../../../store/molecules/progress.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";

export default defineCommand<BdContext>()({
  summary: "How far a molecule is",
  positionals: [{ name: "molecule", required: true, complete: "bead" }],
  async run({ args }, ctx) {
    const id = await resolveId(ctx, args[0] ?? "");
    const progress = await (await ctx.backend()).change({ touches: "all" }, tx => progressOf(tx, id));
    const count = (state: string) => progress.steps.filter(step => step.state === state).length;
    const percent = progress.total === 0 ? 0 : Math.floor((progress.completed * 100) / progress.total);
    ctx.out.emit(
      {
        molecule_id: id,
        molecule_title: progress.root.title,
        total: progress.total,
        completed: progress.completed,
        in_progress: count("current"),
        ready: count("ready"),
        blocked: count("blocked"),
        percent,
      },
      () =>
        `${id} — ${printable(progress.root.title)}\n  ${progress.completed}/${progress.total} steps done (${percent}%)`,
    );
    return 0;
  },
});
