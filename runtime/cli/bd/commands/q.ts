/** `bd q`: quick capture. */
import { defineCommand, usageError } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { createBead } from "../create-bead.ts";
import { resolveId } from "../ids.ts";
import { issueJson } from "../issue-json.ts";
import { parsePriority, requireType } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "Create a bead and print its id",
  examples: [{ line: 'ID=$(bd q "Look into the timeout")' }],
  positionals: [{ name: "title", rest: true }],
  flags: {
    type: { type: "string", short: "t", value: "type", default: "task", summary: "task, bug, feature, ..." },
    priority: { type: "string", short: "p", value: "p", default: "2", summary: "0-4 or P0-P4" },
    labels: {
      type: "string",
      short: "l",
      multiple: true,
      commas: true,
      aliases: ["label"],
      summary: "Labels",
    },
    parent: { type: "string", value: "id", summary: "Make it a child of this bead", complete: "bead" },
  },
  async run({ flags, args }, ctx) {
    const title = args.join(" ").trim();
    if (title === "") throw usageError("title required");
    const owner = ctx.owner();
    const bead = await createBead(
      {
        bead: {
          title,
          issue_type: requireType(flags.type, await (await ctx.backend()).config()),
          priority: parsePriority(flags.priority),
          ...(flags.parent === undefined ? {} : { parent: await resolveId(ctx, flags.parent) }),
          ...(owner === undefined ? {} : { owner }),
        },
        labels: flags.labels,
        inheritLabels: true,
        edges: [],
      },
      ctx,
    );
    ctx.touched(bead.id, true);
    if (ctx.out.json) ctx.out.emit(issueJson(bead), () => "");
    else ctx.out.raw(`${bead.id}\n`);
    return 0;
  },
});
