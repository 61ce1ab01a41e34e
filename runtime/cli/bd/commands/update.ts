/** `bd update`: changes fields, labels and the parent of one bead or many, in one commit. */
import type { Bead } from "../../../../store/schema/bead.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { idsOrLast, resolveId } from "../ids.ts";
import { issueJson } from "../issue-json.ts";
import { shareClaim } from "../share-claim.ts";
import { applyChanges, changesFromFlags, isNothing } from "../update-bead.ts";
import { UPDATE_FLAGS } from "../update-flags.ts";

export default defineCommand<BdContext>()({
  summary: "Change beads",
  description: "Without an id, the bead that was touched last.",
  examples: [
    { line: "bd update bd-a3f --claim", note: "take it" },
    { line: "bd update bd-a3f -s in_progress -p 0 --add-label urgent" },
    { line: "bd update bd-a3f bd-x7k --parent bd-e1 --json" },
  ],
  positionals: [{ name: "id", summary: "Whole ids or parts of them", rest: true, complete: "bead" }],
  flags: UPDATE_FLAGS,
  async run({ flags, args, given }, ctx) {
    const backend = await ctx.backend();
    const changes = await changesFromFlags(flags, given, ctx);
    if (isNothing(changes)) {
      ctx.out.emit([], () => "No updates specified");
      return 0;
    }
    const words = args.length > 0 ? args : await idsOrLast(ctx, []);
    const updated: Bead[] = [];
    let failed = 0;
    for (const word of words) {
      try {
        const id = await resolveId(ctx, word);
        const touches = typeof changes.parent === "string" ? ("all" as const) : [id];
        updated.push(await backend.change({ touches }, tx => applyChanges(tx, id, changes)));
      } catch (error) {
        if (words.length === 1) throw prefixed(error, word, changes.claimFor !== undefined);
        failed += 1;
        ctx.out.warn(`Error updating ${word}: ${AppError.from(error).message}`);
      }
    }
    const last = updated.at(-1);
    if (last === undefined) throw usageError(`none of ${failed} issues could be updated`);
    ctx.touched(last.id, true);
    if (changes.claimFor !== undefined) for (const { id } of updated) await shareClaim(id, ctx);
    ctx.out.emit(
      updated.map(bead => issueJson(bead)),
      () =>
        updated
          .map(bead => `${ctx.out.style.green("✓")} Updated issue: ${bead.id} — ${printable(bead.title)}`)
          .join("\n"),
    );
    return 0;
  },
});

function prefixed(error: unknown, word: string, claiming: boolean): AppError {
  const known = AppError.from(error);
  if (known.code === "not_found") return known;
  const doing = claiming ? "claiming" : "updating";
  return new AppError(known.code, `${doing} ${word}: ${known.message}`, {
    hint: known.hint,
    data: known.data,
    cause: error,
  });
}
