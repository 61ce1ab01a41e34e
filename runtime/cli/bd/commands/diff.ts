/** `bd diff`: what changed between two commits of the beads. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { changedFields } from "../field-changes.ts";
import { issueJson } from "../issue-json.ts";

export default defineCommand<BdContext>()({
  summary: "What changed between two commits",
  description: "HEAD is the newest commit of the beads; dates work, too.",
  examples: [{ line: "bd diff HEAD~5 HEAD" }, { line: "bd diff 2027-01-01 HEAD" }],
  positionals: [{ name: "from", required: true }, { name: "to" }],
  async run({ args }, ctx) {
    const { beads } = await (await ctx.backend()).difference(args[0] ?? "", args[1] ?? "HEAD");
    const payload = beads.map(({ id, before, after }) => ({
      issue_id: id,
      diff_type: before === undefined ? "added" : after === undefined ? "removed" : "modified",
      ...(before === undefined
        ? {}
        : { old_value: issueJson(before, { dependencies: true, comments: true }) }),
      ...(after === undefined ? {} : { new_value: issueJson(after, { dependencies: true, comments: true }) }),
    }));
    ctx.out.emit(payload, () => {
      if (beads.length === 0) return "No changes.";
      const { green, red, yellow } = ctx.out.style;
      return beads
        .flatMap(({ id, before, after }) => {
          if (before === undefined) return [green(`+ ${id} ${printable(after?.title ?? "")}`)];
          if (after === undefined) return [red(`- ${id} ${printable(before.title)}`)];
          return [
            yellow(`~ ${id} ${printable(after.title)}`),
            ...changedFields(before, after).map(line => `    ${printable(line)}`),
          ];
        })
        .join("\n");
    });
    return 0;
  },
});
