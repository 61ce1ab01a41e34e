/** `bd epic status`. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { openEpics } from "../epics.ts";
import { issueJson } from "../issue-json.ts";

export default defineCommand<BdContext>()({
  summary: "How far the open epics are",
  flags: { "eligible-only": { type: "boolean", summary: "Only those that could be closed" } },
  async run({ flags }, ctx) {
    const all = await openEpics(await ctx.backend());
    const epics = flags["eligible-only"] === true ? all.filter(({ eligible }) => eligible) : all;
    const payload = epics.map(({ epic, total, closed, eligible }) => ({
      epic: issueJson(epic),
      total_children: total,
      closed_children: closed,
      eligible_for_close: eligible,
    }));
    ctx.out.emit(payload, () => {
      if (epics.length === 0) return "No open epics found";
      return epics
        .map(({ epic, total, closed, eligible }) => {
          const percent = total === 0 ? 0 : Math.floor((closed * 100) / total);
          return `${eligible ? "✓" : "○"} ${epic.id} ${printable(epic.title)}\n   Progress: ${closed}/${total} children closed (${percent}%)${eligible ? "\n   Eligible for closure" : ""}`;
        })
        .join("\n");
    });
    return 0;
  },
});
