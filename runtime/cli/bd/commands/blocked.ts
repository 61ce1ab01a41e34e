/** `bd blocked`: what waits, and for what. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { descendantsOf } from "../descendants.ts";
import { resolveId } from "../ids.ts";
import { issueJson } from "../issue-json.ts";
import { beadLine, countText } from "../render/line.ts";

export default defineCommand<BdContext>()({
  summary: "What is blocked, and by what",
  flags: { parent: { type: "string", value: "id", summary: "Descendants of this bead", complete: "bead" } },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const all = await backend.blocked();
    const under =
      flags.parent === undefined
        ? undefined
        : await descendantsOf(await resolveId(ctx, flags.parent), backend);
    const blocked = under === undefined ? all : all.filter(({ bead }) => under.has(bead.id));
    const payload = blocked.map(({ bead, blockedBy }) => ({
      ...issueJson(bead),
      blocked_by_count: blockedBy.length,
      blocked_by: blockedBy,
    }));
    ctx.out.emit(payload, () => {
      if (blocked.length === 0) return "No blocked issues.";
      const { style } = ctx.out;
      const lines = blocked.flatMap(({ bead, blockedBy }) => [
        beadLine(bead, style),
        `  Blocked by ${countText(blockedBy.length, "issue")}: ${printable(blockedBy.join(", "))}`,
      ]);
      return [`Blocked issues (${blocked.length}):`, "", ...lines].join("\n");
    });
    return 0;
  },
});
