/** `gt bead show`, `gt show` */
import { type BeadView, beadViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { GtContext } from "../context.ts";
import { statusColour } from "../show/beads.ts";

export const beadShow = defineCommand<GtContext>()({
  summary: "Shows a bead with its text, its blockers, its merge requests and its comments",
  examples: [{ line: "gt show web-4k2" }],
  positionals: [
    { name: "bead", required: true, summary: "its id, or an unambiguous part of it", complete: "bead" },
  ],
  async run({ args: [id = ""] }, context) {
    const view = await context.client().get(`/beads/${encodeURIComponent(id)}`, beadViewSchema);
    context.print(view, () => lines(view, context));
    return undefined;
  },
});

function lines({ bead, rig, blocked_by, merge_requests }: BeadView, { style }: GtContext): string[] {
  const row = (name: string, value: string | undefined) =>
    value === undefined || value === "" ? [] : [`${style.dim(name.padEnd(10))} ${printable(value)}`];
  return [
    `${style.bold(bead.id)}  ${printable(bead.title)}`,
    ...row("status", statusColour(bead.status, style)(bead.status)),
    ...row("type", `${bead.issue_type}, priority ${bead.priority}`),
    ...row("rig", rig),
    ...row("assignee", bead.assignee),
    ...row("blocked by", blocked_by.join(", ")),
    ...row("reason", bead.close_reason),
    ...merge_requests.flatMap(mr =>
      row(
        "merge",
        `${mr.id} ${mr.state}${mr.merge_commit === undefined ? "" : ` ${mr.merge_commit.slice(0, 10)}`}${mr.reason === undefined ? "" : `: ${mr.reason}`}`,
      ),
    ),
    ...(bead.description === undefined ? [] : ["", printable(bead.description)]),
    ...(bead.comments ?? []).flatMap(comment => [
      "",
      style.dim(`${comment.author}, ${comment.created_at}`),
      printable(comment.text),
    ]),
  ];
}
