/** `bd rename`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { checkNewId } from "../create-bead.ts";
import { resolveId } from "../ids.ts";
import { renameBeads } from "../rename-beads.ts";

export default defineCommand<BdContext>()({
  summary: "Give a bead another id",
  description: "Edges and texts that name it follow; its children keep their ids.",
  positionals: [
    { name: "id", required: true, complete: "bead" },
    { name: "new-id", required: true },
  ],
  flags: { force: { type: "boolean", summary: "Accept a foreign prefix" } },
  async run({ flags, args }, ctx) {
    const backend = await ctx.backend();
    const [from, to] = [await resolveId(ctx, args[0] ?? ""), args[1] ?? ""];
    checkNewId(to, backend.prefix, await backend.config(), flags.force === true);
    const updated = await backend.change(
      { touches: "all", subject: `Rename ${from} to ${to}`, force: flags.force === true },
      tx => renameBeads(tx, new Map([[from, to]])),
    );
    ctx.touched(to, true);
    ctx.out.emit(
      { old_id: from, new_id: to, references_updated: updated },
      () => `✓ Renamed ${from} → ${to} (${updated} other issues updated)`,
    );
    return 0;
  },
});
