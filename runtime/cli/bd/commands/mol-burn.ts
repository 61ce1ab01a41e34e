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
    for (const word of args) {
      const id = await resolveId(ctx, word);
      const wisp = (await backend.get(id))?.ephemeral === true;
      if (flags["dry-run"] === true || (flags.force !== true && !wisp && !ctx.out.json)) {
        const steps = await backend.change({ touches: "all" }, tx => stepsOf(tx, id).map(step => step.id));
        ctx.out.emit({ molecule_id: id, deleted_ids: [...steps, id], deleted_count: 0, dry_run: true }, () =>
          [`Would delete ${printable(id)} and ${steps.length} steps.`, "Add --force to do it."].join("\n"),
        );
        continue;
      }
      const ids = await backend.change({ touches: "all", subject: `Burn ${id}` }, tx => burn(tx, id));
      ctx.touched(id, true);
      ctx.out.emit(
        { molecule_id: id, deleted_ids: ids, deleted_count: ids.length },
        () => `✓ Burned ${id}: ${ids.length} beads`,
      );
    }
    return 0;
  },
});
