/** `bd swarm list`. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { swarms } from "../swarms.ts";

export default defineCommand<BdContext>()({
  summary: "The swarms and how far they are",
  async run(_input, ctx) {
    const backend = await ctx.backend();
    const rows = await Promise.all(
      (await swarms(backend)).map(async ({ swarm, epicId }) => {
        const epic = epicId === undefined ? undefined : await backend.get(epicId);
        const children = epicId === undefined ? [] : await backend.issues({ parent: epicId });
        const completed = children.filter(child => child.status === "closed").length;
        return {
          id: swarm.id,
          title: swarm.title,
          epic_id: epicId ?? "",
          epic_title: epic?.title ?? "",
          status: swarm.status,
          coordinator: swarm.assignee ?? "",
          total_issues: children.length,
          completed_issues: completed,
          active_issues: children.filter(child => child.status === "in_progress").length,
          progress_percent: children.length === 0 ? 0 : (completed * 100) / children.length,
        };
      }),
    );
    ctx.out.emit({ swarms: rows }, () =>
      rows.length === 0
        ? "No swarm molecules found."
        : rows
            .map(
              r =>
                `${r.id} ${printable(r.title)}  ${r.completed_issues}/${r.total_issues} (${r.progress_percent.toFixed(0)}%)  epic ${r.epic_id}`,
            )
            .join("\n"),
    );
    return 0;
  },
});
