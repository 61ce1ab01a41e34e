/** `bd mol burn`: deletes a molecule with its steps. */
import { burn } from "../../../../store/molecules/phases.ts";
import { stepsOf } from "../../../../store/molecules/progress.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";

export default defineCommand<BdContext>()({
  summary: "Delete molecules with all their steps, without a digest",
  positionals: [{ name: "molecule", required: true, rest: true, complete: "bead" }],
  flags: {
    force: { type: "boolean", short: "f", summary: "Do it; without this, a preview" },
    "dry-run": { type: "boolean", summary: "A preview" },
  },
  async run({ flags, args }, ctx) {
    const backend = await ctx.backend();
    const burned: Record<string, unknown>[] = [];
    const lines: string[] = [];
    for (const word of args) {
      const id = await resolveId(ctx, word);
      const wisp = (await backend.get(id))?.ephemeral === true;
      if (flags["dry-run"] === true || (flags.force !== true && !wisp && !ctx.out.json)) {
        const steps = await backend.change({ touches: "all" }, tx => stepsOf(tx, id).map(step => step.id));
        burned.push({ molecule_id: id, deleted_ids: [...steps, id], deleted_count: 0, dry_run: true });
        lines.push(`Would delete ${printable(id)} and ${steps.length} steps.`, "Add --force to do it.");
        continue;
      }
      const ids = await backend.change({ touches: "all", subject: `Burn ${id}` }, tx => burn(tx, id));
      ctx.touched(id, true);
      burned.push({ molecule_id: id, deleted_ids: ids, deleted_count: ids.length });
      lines.push(`✓ Burned ${id}: ${ids.length} beads`);
    }
    ctx.out.emit(burned.length === 1 ? burned[0] : burned, () => lines.join("\n"));
    return 0;
  },
});
