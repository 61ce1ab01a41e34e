/** `bd gate list`. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { requireBead } from "../ids.ts";
import { issueJson } from "../issue-json.ts";

export default defineCommand<BdContext>()({
  summary: "List gates, or those that block one bead",
  positionals: [{ name: "id", complete: "bead" }],
  flags: {
    all: { type: "boolean", short: "a", summary: "With closed ones" },
    limit: { type: "integer", short: "n", min: 0, default: 50, summary: "At most so many; 0 for all" },
  },
  async run({ flags, args }, ctx) {
    const backend = await ctx.backend();
    const blocked = args[0] === undefined ? undefined : await requireBead(ctx, args[0]);
    const gates = await backend.issues({
      type: ["gate"],
      excludeStatus: flags.all === true ? undefined : ["closed"],
      ids: blocked?.dependencies?.map(edge => edge.depends_on_id) ?? (blocked === undefined ? undefined : []),
      limit: flags.limit,
    });
    ctx.out.emit(
      gates.map(gate => issueJson(gate)),
      () => {
        if (gates.length === 0) return "No gates found.";
        return gates
          .map(
            gate =>
              `${gate.status === "closed" ? "✓" : "○"} ${gate.id} [${gate.await_type ?? "human"}${gate.await_id === undefined ? "" : ` ${printable(gate.await_id)}`}] ${printable(gate.title)}`,
          )
          .join("\n");
      },
    );
    return 0;
  },
});
