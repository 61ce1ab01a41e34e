/** `bd agent backfill-labels`: labels by which agents can be found, from what their beads say. */
import { defineCommand } from "../../lib/args.ts";
import { textOr } from "../agent-beads.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "Label agents with their role and rig",
  flags: { "dry-run": { type: "boolean", summary: "Only say how many" } },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const agents = await backend.issues({ type: ["agent"] });
    const missing = agents.flatMap(bead => {
      const wanted = ["role_type", "rig"].flatMap(field => {
        const value = textOr(bead, field);
        return value === null ? [] : [`${field}:${value}`];
      });
      const labels = wanted.filter(label => bead.labels?.includes(label) !== true);
      return labels.length === 0 ? [] : [{ id: bead.id, labels }];
    });
    if (flags["dry-run"] !== true && missing.length > 0) {
      await backend.change({ touches: missing.map(({ id }) => id) }, tx => {
        for (const { id, labels } of missing) for (const label of labels) tx.addLabel(id, label);
      });
    }
    const dry_run = flags["dry-run"] === true;
    ctx.out.emit(
      { total: agents.length, updated: missing.length, skipped: agents.length - missing.length, dry_run },
      () => `${dry_run ? "Would label" : "Labelled"} ${missing.length} of ${agents.length} agents`,
    );
    return 0;
  },
});
