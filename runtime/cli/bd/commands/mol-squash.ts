/** `bd mol squash`: a molecule becomes one digest bead. */
import { squash } from "../../../../store/molecules/phases.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";

export default defineCommand<BdContext>()({
  summary: "Put one digest in the place of a molecule's steps",
  examples: [{ line: 'bd mol squash bd-wisp-x --summary "All green"' }],
  positionals: [{ name: "molecule", required: true, complete: "bead" }],
  flags: {
    summary: { type: "string", short: "s", summary: "Text of the digest; made of the steps when absent" },
    "keep-children": { type: "boolean", summary: "Keep the steps" },
    "no-digest": { type: "boolean", summary: "Leave no digest" },
    force: { type: "boolean", short: "f", summary: "Also with open steps" },
    "dry-run": { type: "boolean", summary: "Say what would go" },
  },
  async run({ flags, args }, ctx) {
    const id = await resolveId(ctx, args[0] ?? "");
    const backend = await ctx.backend();
    const keep = flags["keep-children"] === true;
    if (flags["dry-run"] === true) {
      const { stepsOf } = await import("../../../../store/molecules/progress.ts");
      const steps = await backend.change({ touches: "all" }, tx => stepsOf(tx, id).map(step => step.id));
      ctx.out.emit(
        { molecule_id: id, squashed_ids: steps, squashed_count: steps.length, dry_run: true },
        () => `Would squash ${steps.length} steps of ${id}`,
      );
      return 0;
    }
    const wisp = (await backend.get(id))?.ephemeral === true;
    const done = await backend.change({ touches: "all", subject: `Squash ${id}` }, tx =>
      squash(tx, id, {
        keepSteps: keep,
        digest: flags["no-digest"] !== true,
        force: flags.force === true,
        ...(flags.summary === undefined ? {} : { summary: flags.summary }),
      }),
    );
    if (done.digest !== undefined) ctx.touched(done.digest, true);
    ctx.out.emit(
      {
        molecule_id: id,
        digest_id: done.digest ?? "",
        squashed_ids: done.squashed,
        squashed_count: done.squashed.length,
        deleted_count: done.deleted,
        kept_children: keep,
        wisp_squash: wisp,
      },
      () =>
        `✓ Squashed ${printable(id)}: ${done.squashed.length} steps${done.digest === undefined ? "" : ` into ${done.digest}`}`,
    );
    return 0;
  },
});
