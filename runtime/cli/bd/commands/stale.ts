/** `bd stale`: what nobody has touched for a while. */
import type { Bead } from "../../../../store/schema/bead.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { type IssueJson, issueJson } from "../issue-json.ts";
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
    const pages = backend.issuePages({
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
    if (ctx.out.json) {
      await ctx.out.emitPages(asJson(pages));
      return 0;
    }
    const age = (at: string) => Math.floor((ctx.now() - Date.parse(at)) / 864e5);
    const lines: string[] = [];
    for await (const page of pages) {
      for (const bead of page)
        lines.push(`${beadLine(bead, ctx.out.style)}\n  last updated ${age(bead.updated_at)} days ago`);
    }
    ctx.out.emit(undefined, () =>
      lines.length === 0
        ? `No stale issues found (all updated within ${flags.days} days).`
        : [`Stale issues (${lines.length} not updated in ${flags.days}+ days):`, "", ...lines].join("\n"),
    );
    return 0;
  },
});

async function* asJson(pages: AsyncIterable<readonly Bead[]>): AsyncIterable<readonly IssueJson[]> {
  for await (const page of pages) yield page.map(bead => issueJson(bead));
}
