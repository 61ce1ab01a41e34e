/** `bd count`. */
import type { Bead } from "../../../../store/schema/bead.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { FILTER_FLAGS, queryFromFlags } from "../filters.ts";
import { INFRA_TYPES } from "../values.ts";

const GROUPS: Readonly<Record<string, (bead: Bead) => readonly string[]>> = {
  "by-status": bead => [bead.status],
  "by-priority": bead => [`P${bead.priority}`],
  "by-type": bead => [bead.issue_type],
  "by-assignee": bead => [bead.assignee ?? "(unassigned)"],
  "by-label": bead => (bead.labels === undefined || bead.labels.length === 0 ? ["(no labels)"] : bead.labels),
};

const by = (what: string) => ({ type: "boolean", summary: `One count for each ${what}` }) as const;

export default defineCommand<BdContext>()({
  summary: "Count beads",
  flags: {
    ...FILTER_FLAGS,
    "by-status": by("status"),
    "by-priority": by("priority"),
    "by-type": by("type"),
    "by-assignee": by("assignee"),
    "by-label": by("label"),
    "include-infra": { type: "boolean", summary: "With agents, roles, rigs and messages" },
  },
  async run({ flags, given }, ctx) {
    const grouped = Object.keys(GROUPS).filter(name => given.has(name));
    if (grouped.length > 1) throw usageError("only one --by-* flag can be used at a time");
    const backend = await ctx.backend();
    const query = await queryFromFlags(flags, ctx);
    const asked = {
      ...query,
      ...(flags["include-infra"] === true
        ? {}
        : {
            ephemeral: query.ids === undefined ? false : undefined,
            excludeType: [
              ...(query.excludeType ?? []),
              ...INFRA_TYPES.filter(t => query.type?.includes(t) !== true),
            ],
          }),
    };
    const keysOf = GROUPS[grouped[0] ?? ""];
    if (keysOf === undefined) {
      const count = await backend.count(asked);
      ctx.out.emit({ count }, () => String(count));
      return 0;
    }
    const counts = new Map<string, number>();
    let total = 0;
    for await (const page of backend.issuePages(asked)) {
      total += page.length;
      for (const key of page.flatMap(keysOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const groups = [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([group, count]) => ({ group, count }));
    ctx.out.emit({ total, groups }, () =>
      [`Total: ${total}`, "", ...groups.map(({ group, count }) => `${group}: ${count}`)].join("\n"),
    );
    return 0;
  },
});
