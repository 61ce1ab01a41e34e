/** `bd admin reset`: this clone tracks no beads any more; what there was stays under a backup ref. */
import { rmSync } from "node:fs";
import { Branch } from "../../../../store/branch/branch.ts";
import { actorSignature } from "../../../../store/branch/signature.ts";
import { bunStorePorts } from "../../../hosts/bun/store/ports.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { putAside } from "../init-store.ts";
import { failure } from "../output.ts";
import { BEADS_REF } from "../workspace.ts";

export default defineCommand<BdContext>()({
  summary: "Put the beads aside and stop tracking",
  description:
    "The branch moves to a backup ref, and .beads goes. Without --force, only says what would be done.",
  flags: { force: { type: "boolean", short: "f", summary: "Do it" } },
  async run({ flags }, ctx) {
    const { gitDir, beadsDir, kind } = ctx.workspace();
    if (ctx.globals.readonly) throw failure("bd admin reset is not allowed with --readonly");
    if (kind === "own")
      throw failure(
        `the beads of this folder are in ${beadsDir} alone; delete that folder yourself if you mean it`,
      );
    if (flags.force !== true) {
      ctx.out.emit(
        { dry_run: true, branch: BEADS_REF, path: beadsDir },
        () => `Would put ${BEADS_REF} aside and remove ${beadsDir}. Do it with --force.`,
      );
      return 0;
    }
    const ports = bunStorePorts(ctx.io.env, { shortLived: true });
    const branch = await Branch.open(ports, gitDir, BEADS_REF);
    const head = await branch.head();
    const backup =
      head === undefined ? undefined : await putAside(branch, head, actorSignature(ctx.actor(), ports.now()));
    if (kind === "worktree") rmSync(beadsDir, { recursive: true, force: true });
    ctx.out.emit(
      { status: "reset", backup_ref: backup ?? null },
      () => `✓ Reset. The beads are kept at ${backup ?? "no ref: there were none"}`,
    );
    return 0;
  },
});
