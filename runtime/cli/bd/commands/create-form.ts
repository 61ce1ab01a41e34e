/** `bd create-form`: asks for one thing after the other. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { createBead } from "../create-bead.ts";
import { resolveId } from "../ids.ts";
import { issueJson } from "../issue-json.ts";
import { failure } from "../output.ts";
import { list, parsePriority, requireType } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "Create a bead by answering questions",
  flags: {
    parent: { type: "string", value: "id", summary: "Make it a child of this bead", complete: "bead" },
  },
  async run({ flags }, ctx) {
    if (!ctx.io.stdinIsTty)
      throw failure("create-form needs a terminal", { hint: "bd create takes everything as flags." });
    const ask = (question: string, otherwise = ""): string =>
      prompt(question, otherwise === "" ? undefined : otherwise)?.trim() ?? otherwise;
    const title = ask("Title:");
    if (title === "") throw failure("title required");
    const config = await (await ctx.backend()).config();
    const type = requireType(ask("Type (task, bug, feature, chore, epic):", "task") || "task", config);
    const priority = parsePriority(ask("Priority (0-4):", "2") || "2");
    const description = ask("Description:");
    const labels = list(ask("Labels (with commas):"));
    const owner = ctx.owner();
    const bead = await createBead(
      {
        bead: {
          title,
          issue_type: type,
          priority,
          ...(description === "" ? {} : { description }),
          ...(flags.parent === undefined ? {} : { parent: await resolveId(ctx, flags.parent) }),
          ...(owner === undefined ? {} : { owner }),
        },
        labels,
        inheritLabels: true,
        edges: [],
      },
      ctx,
    );
    ctx.touched(bead.id, true);
    ctx.out.emit(issueJson(bead), () => `✓ Created issue: ${bead.id} — ${printable(bead.title)}`);
    return 0;
  },
});
