/** `bd mol show`: a molecule with its steps. */
import { progressOf } from "../../../../store/molecules/progress.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";
import { issueJson } from "../issue-json.ts";

export default defineCommand<BdContext>()({
  summary: "A molecule with its steps and what they wait for",
  positionals: [{ name: "molecule", required: true, complete: "bead" }],
  flags: { parallel: { type: "boolean", short: "p", summary: "Accepted; the waits are always shown" } },
  async run({ args }, ctx) {
    const id = await resolveId(ctx, args[0] ?? "");
    const progress = await (await ctx.backend()).change({ touches: "all" }, tx => progressOf(tx, id));
    ctx.out.emit(
      {
        root: issueJson(progress.root),
        issues: progress.steps.map(step => ({
          ...issueJson(step.bead, { dependencies: true }),
          step_status: step.state,
          blocked_by: step.blockedBy,
        })),
        completed: progress.completed,
        total: progress.total,
      },
      () =>
        [
          `${id} — ${printable(progress.root.title)}`,
          ...(progress.root.description ? [printable(progress.root.description), ""] : []),
          ...progress.steps.map(
            step =>
              `  [${step.state}] ${step.bead.id}  ${printable(step.bead.title)}${step.blockedBy.length > 0 ? `  <- ${step.blockedBy.join(" ")}` : ""}`,
          ),
        ].join("\n"),
    );
    return 0;
  },
});
