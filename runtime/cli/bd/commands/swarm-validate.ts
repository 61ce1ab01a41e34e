/** `bd swarm validate`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { analyse, workOf } from "../swarms.ts";

export default defineCommand<BdContext>()({
  summary: "Check whether an epic can be worked on in parallel",
  positionals: [{ name: "epic", required: true, complete: "bead" }],
  async run({ args }, ctx) {
    const work = await workOf(args[0] ?? "", ctx);
    const analysis = analyse(work);
    const issues = Object.fromEntries(
      work.children.map(child => [
        child.id,
        {
          id: child.id,
          title: child.title,
          status: child.status,
          priority: child.priority,
          depends_on: (child.dependencies ?? [])
            .filter(edge => edge.type === "blocks")
            .map(edge => edge.depends_on_id),
          wave: analysis.ready_fronts.find(front => front.issues.includes(child.id))?.wave ?? -1,
        },
      ]),
    );
    ctx.out.emit({ ...analysis, ...(ctx.globals.verbose ? { issues } : {}) }, () =>
      [
        `Swarm analysis: ${analysis.epic_title} (${analysis.epic_id})`,
        `  ${analysis.total_issues} issues, ${analysis.closed_issues} closed, at most ${analysis.max_parallelism} at a time`,
        ...analysis.ready_fronts.map(({ wave, issues: ids }) => `  Wave ${wave + 1}: ${ids.join(", ")}`),
        ...analysis.warnings.map(line => `  ⚠ ${line}`),
        ...analysis.errors.map(line => `  ✗ ${line}`),
        analysis.swarmable ? "✓ Swarmable" : "✗ Not swarmable",
      ].join("\n"),
    );
    return analysis.swarmable ? 0 : 1;
  },
});
