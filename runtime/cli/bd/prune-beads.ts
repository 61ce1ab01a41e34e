/** Deleting closed beads in bulk, after showing which. */
import type { Bead } from "../../../store/schema/bead.ts";
import { printable } from "../lib/style.ts";
import type { BdContext } from "./context.ts";
import { deleteBeads } from "./delete-beads.ts";

interface PruneOptions {
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly reason: string;
}

/** Shows the beads, or deletes them with `force`. */
export async function pruneBeads(
  beads: readonly Bead[],
  options: PruneOptions,
  ctx: BdContext,
): Promise<number> {
  const ids = beads.map(bead => bead.id);
  const preview = options.dryRun || !options.force;
  if (!preview && ids.length > 0) {
    const backend = await ctx.backend();
    await backend.change({ touches: "all", subject: `Delete ${ids.length} closed beads`, force: true }, tx =>
      deleteBeads(tx, ids, { dryRun: false, reason: options.reason }),
    );
    ctx.touched(ids[0] ?? "", true);
  }
  ctx.out.emit({ [preview ? "would_delete" : "deleted"]: ids, count: ids.length, dry_run: preview }, () => {
    if (ids.length === 0) return "Nothing to delete.";
    const lines = beads.map(bead => `  ${bead.id}: ${printable(bead.title)}`);
    return preview
      ? [`Would delete ${ids.length} closed issue(s):`, ...lines, "", "Delete them with --force."].join("\n")
      : `✓ Deleted ${ids.length} closed issue(s)`;
  });
  return 0;
}
