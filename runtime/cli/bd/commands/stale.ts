/** `bd stale`: what nobody has touched for a while. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { issueJson } from "../issue-json.ts";
import { beadLine } from "../render/line.ts";
import { doneStatuses } from "../status-groups.ts";
import { INFRA_TYPES, requireStatus } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "What has not been touched for a while",
  flags: {
    days: { type: "integer", short: "d", min: 1, default: 30, summary: "For so many days" },
    limit: { type: "integer", short: "n", min: 0, default: 50, summary: "At most so many; 0 for all" },
    status: { type: "string", short: "s", value: "status", summary: "Only with this status" },
  },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const before = new Date(ctx.now() - flags.days * 864e5).toISOString();
    const beads = await backend.issues({
      updated: { before },
      template: false,
      ephemeral: false,
      excludeType: [...INFRA_TYPES, "gate"],
      sort: "updated",
      reverse: true,
      limit: flags.limit,
      ...(flags.status === undefined
        ? { excludeStatus: await doneStatuses(ctx) }
        : { status: [requireStatus(flags.status, await backend.config())] }),
    });
    ctx.out.emit(
      beads.map(bead => issueJson(bead)),
      () => {
        if (beads.length === 0) return `No stale issues found (all updated within ${flags.days} days).`;
        const age = (at: string) => Math.floor((ctx.now() - Date.parse(at)) / 864e5);
        const lines = beads.flatMap(bead => [
          beadLine(bead, ctx.out.style),
          `  last updated ${age(bead.updated_at)} days ago`,
        ]);
        return [`Stale issues (${beads.length} not updated in ${flags.days}+ days):`, "", ...lines].join(
          "\n",
        );
      },
    );
    return 0;
  },
});
