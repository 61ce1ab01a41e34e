/** The shorthands that change one field and answer one object: assign, priority, tag, note, promote. */
import type { Bead } from "../../../store/schema/bead.ts";
import { printable } from "../lib/style.ts";
import type { Writer } from "./backend.ts";
import type { BdContext } from "./context.ts";
import { resolveId } from "./ids.ts";
import { issueJson } from "./issue-json.ts";

/** Changes one bead and prints it as an object. @throws {AppError} not_found, ambiguous, and what the change throws */
export async function updateOne(
  ctx: BdContext,
  word: string,
  change: (tx: Writer, bead: Bead) => void,
  text: (bead: Bead) => string = bead => `Updated issue: ${bead.id} — ${printable(bead.title)}`,
): Promise<number> {
  const id = await resolveId(ctx, word);
  const backend = await ctx.backend();
  const bead = await backend.change({ touches: [id] }, tx => {
    change(tx, tx.require(id));
    return tx.require(id);
  });
  ctx.touched(id, true);
  ctx.out.emit(issueJson(bead), () => `${ctx.out.style.green("✓")} ${text(bead)}`);
  return 0;
}
