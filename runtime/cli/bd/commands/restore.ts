/** `bd restore`: a bead as it was before its last change, before it was deleted, or at a commit. */
import type { BeadVersion } from "../../../../store/api.ts";
import type { Bead } from "../../../../store/schema/bead.ts";
import { AppError, hasCode } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { changedFields } from "../field-changes.ts";
import { resolveId } from "../ids.ts";
import { issueJson } from "../issue-json.ts";

export default defineCommand<BdContext>()({
  summary: "Bring a bead back as it was",
  description:
    "A deleted bead comes back as it was; another one as it was before its last change, or at the commit of --to.",
  positionals: [{ name: "id", required: true, complete: "bead" }],
  flags: {
    to: { type: "string", value: "commit", summary: "As it was then; bd history lists commits" },
    "dry-run": { type: "boolean", summary: "Only show it" },
    apply: { type: "boolean", summary: "Understood; it is always done unless --dry-run", hidden: true },
  },
  async run({ flags, args }, ctx) {
    const word = args[0] ?? "";
    const backend = await ctx.backend();
    const id = await resolveId(ctx, word).catch((error: unknown) => {
      if (hasCode(error, "not_found")) return word;
      throw error;
    });
    const current = await backend.get(id);
    const version = flags.to === undefined ? await before(id, current, ctx) : undefined;
    const wanted = flags.to === undefined ? version?.bead : await backend.asOf(id, flags.to);
    if (wanted === undefined)
      throw new AppError("not_found", `no earlier version of "${word}" found`, {
        hint: `bd history ${word}`,
      });
    const lines = () =>
      (current === undefined ? ["It was deleted."] : changedFields(current, wanted)).map(
        line => `  ${printable(line)}`,
      );
    if (flags["dry-run"] === true) {
      ctx.out.emit(issueJson(wanted), () => [`Would restore ${id}:`, ...lines()].join("\n"));
      return 0;
    }
    const restored =
      (await backend.restore?.(id, flags.to ?? version?.commit ?? "")) ??
      (await backend.change({ touches: [id], subject: `Restore ${id}`, force: true }, tx => {
        tx.put({ ...wanted, updated_at: tx.now }, "restored");
        return tx.require(id);
      }));
    ctx.touched(id, true);
    ctx.out.emit(issueJson(restored), () =>
      [`✓ Restored ${id} — ${printable(restored.title)}`, ...lines()].join("\n"),
    );
    return 0;
  },
});

/** The newest version that is not what is there now. */
async function before(
  id: string,
  current: Bead | undefined,
  ctx: BdContext,
): Promise<BeadVersion | undefined> {
  const versions = await (await ctx.backend()).history(id);
  return versions.find(
    ({ bead }) => bead !== undefined && (current === undefined || changedFields(bead, current).length > 0),
  );
}
