/** `bd comments <id>`. */
import { defineCommand, usageError } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { requireBead } from "../ids.ts";
import { commentJson } from "../issue-json.ts";
import { when } from "../render/details.ts";

export default defineCommand<BdContext>()({
  summary: "The comments on a bead",
  positionals: [{ name: "id", complete: "bead" }],
  flags: { "local-time": { type: "boolean", summary: "Local time instead of UTC" } },
  async run({ flags, args }, ctx) {
    if (args[0] === undefined)
      throw usageError("issue ID required", "bd comments <id>, or bd comments add <id> <text>");
    const bead = await requireBead(ctx, args[0]);
    const comments = bead.comments ?? [];
    ctx.out.emit(comments.map(commentJson), () => {
      if (comments.length === 0) return `No comments on ${bead.id}`;
      const entries = comments.map(comment => {
        const at = when(comment.created_at, { localTime: flags["local-time"] === true });
        return `[${printable(comment.author)}] at ${at}\n  ${printable(comment.text).replace(/\n/g, "\n  ")}`;
      });
      return [`Comments on ${bead.id}:`, ...entries].join("\n\n");
    });
    return 0;
  },
});
