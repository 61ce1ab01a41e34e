/** `bd swarm status`. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { progressOf, workOf } from "../swarms.ts";

export default defineCommand<BdContext>()({
  summary: "How far the work under an epic is",
  positionals: [{ name: "epic-or-swarm", required: true, complete: "bead" }],
  async run({ args }, ctx) {
    const work = await workOf(args[0] ?? "", ctx);
    const { completed, active, ready, blocked, percent } = await progressOf(work, await ctx.backend());
    const payload = {
      epic_id: work.epic.id,
      epic_title: work.epic.title,
      total_issues: work.children.length,
      completed,
      active,
      ready,
      blocked,
      progress_percent: percent,
      active_count: active.length,
      ready_count: ready.length,
      blocked_count: blocked.length,
    };
    ctx.out.emit(payload, () => {
      const part = (title: string, rows: readonly { id: string; title: string }[]) =>
        rows.length === 0 ? [] : ["", `${title}:`, ...rows.map(row => `  ${row.id} ${printable(row.title)}`)];
      return [
        `Swarm: ${printable(work.epic.title)} (${work.epic.id})  ${completed.length}/${work.children.length} (${percent.toFixed(0)}%)`,
        ...part("Active", active),
        ...part("Ready", ready),
        ...part("Blocked", blocked),
        ...part("Completed", completed),
      ].join("\n");
    });
    return 0;
  },
});
