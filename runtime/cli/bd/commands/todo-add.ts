/** `bd todo add`. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { createBead } from "../create-bead.ts";
import { issueJson } from "../issue-json.ts";

export default defineCommand<BdContext>()({
  summary: "Add a task",
  positionals: [{ name: "title", required: true, rest: true }],
  flags: {
    description: { type: "string", short: "d", summary: "What and why" },
    priority: { type: "integer", short: "p", min: 0, max: 4, default: 2, summary: "0-4" },
  },
  async run({ flags, args }, ctx) {
    const owner = ctx.owner();
    const bead = await createBead(
      {
        bead: {
          title: args.join(" "),
          issue_type: "task",
          priority: flags.priority,
          ...(flags.description === undefined ? {} : { description: flags.description }),
          ...(owner === undefined ? {} : { owner }),
        },
        labels: [],
        inheritLabels: false,
        edges: [],
      },
      ctx,
    );
    ctx.touched(bead.id, true);
    ctx.out.emit(issueJson(bead), () => `✓ Created issue: ${bead.id} — ${printable(bead.title)}`);
    return 0;
  },
});
