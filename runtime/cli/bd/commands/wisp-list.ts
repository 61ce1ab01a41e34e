/** `bd mol wisp list`. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { isOldWisp } from "../mol/wisp-age.ts";

export default defineCommand<BdContext>()({
  summary: "Wisps, and which of them are past their time",
  flags: { all: { type: "boolean", summary: "With closed ones" } },
  async run({ flags }, ctx) {
    const now = ctx.now();
    const found = await (await ctx.backend()).change({ touches: "all" }, tx => tx.query({ ephemeral: true }));
    const wisps = found
      .filter(bead => flags.all === true || bead.status !== "closed")
      .map(bead => ({
        id: bead.id,
        title: bead.title,
        status: bead.status,
        priority: bead.priority,
        type: bead.issue_type,
        labels: bead.labels ?? [],
        created_at: bead.created_at,
        updated_at: bead.updated_at,
        old: isOldWisp(bead, now),
      }));
    const old = wisps.filter(wisp => wisp.old).length;
    ctx.out.emit({ wisps, count: wisps.length, old_count: old }, () =>
      wisps.length === 0
        ? "No wisps."
        : wisps
            .map(
              wisp =>
                `${wisp.id}  ${wisp.status}  ${printable(wisp.title)}${wisp.old ? "  (past its time)" : ""}`,
            )
            .join("\n"),
    );
    return 0;
  },
});
