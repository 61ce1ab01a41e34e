/** Commands that do the same to several beads and answer an array. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { Writer } from "./backend.ts";
import type { BdContext } from "./context.ts";
import { idsOrLast, resolveId } from "./ids.ts";
import { issueJson } from "./issue-json.ts";
import { failure } from "./output.ts";

/** Changes each bead; prints those that were changed. Fails only when none was. */
export async function updateMany(
  ctx: BdContext,
  words: readonly string[],
  change: (tx: Writer, bead: Bead) => void,
  text: (bead: Bead) => string,
): Promise<number> {
  const backend = await ctx.backend();
  const changed: Bead[] = [];
  const all = words.length > 0 ? words : await idsOrLast(ctx, []);
  for (const word of all) {
    try {
      const id = await resolveId(ctx, word);
      changed.push(
        await backend.change({ touches: [id] }, tx => {
          change(tx, tx.require(id));
          return tx.require(id);
        }),
      );
    } catch (error) {
      if (all.length === 1) throw error;
      ctx.out.warn(`Error: ${word}: ${AppError.from(error).message}`);
    }
  }
  const last = changed.at(-1);
  if (last === undefined) throw failure("no issues were changed");
  ctx.touched(last.id, true);
  ctx.out.emit(
    changed.map(bead => issueJson(bead)),
    () => changed.map(text).join("\n"),
  );
  return 0;
}
