/** `bd reopen`. */
import type { Bead } from "../../../../store/schema/bead.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { idsOrLast, resolveId } from "../ids.ts";
import { issueJson } from "../issue-json.ts";
import { failure } from "../output.ts";

export default defineCommand<BdContext>()({
  summary: "Reopen closed beads",
  positionals: [{ name: "id", rest: true, complete: "bead" }],
  flags: { reason: { type: "string", short: "r", summary: "Why; kept as a comment" } },
  async run({ flags, args }, ctx) {
    const backend = await ctx.backend();
    const words = args.length > 0 ? args : await idsOrLast(ctx, []);
    const reopened: Bead[] = [];
    const errors: string[] = [];
    for (const word of words) {
      try {
        const id = await resolveId(ctx, word);
        reopened.push(
          await backend.change({ touches: [id] }, tx => {
            const bead = tx.require(id);
            if (bead.status === "open") return bead;
            tx.update(id, {
              status: "open",
              ...(bead.defer_until === undefined ? {} : { defer_until: null }),
            });
            if (flags.reason !== undefined && flags.reason !== "")
              tx.comment(id, `Reopened: ${flags.reason}`);
            return tx.require(id);
          }),
        );
      } catch (error) {
        if (words.length === 1) throw error;
        errors.push(`Error reopening ${word}: ${AppError.from(error).message}`);
      }
    }
    for (const line of errors) ctx.out.warn(line);
    const last = reopened.at(-1);
    if (last === undefined) throw failure("no issues were reopened");
    ctx.touched(last.id, true);
    ctx.out.emit(
      reopened.map(bead => issueJson(bead)),
      () => reopened.map(bead => `↻ Reopened ${bead.id} — ${printable(bead.title)}`).join("\n"),
    );
    return errors.length === 0 ? 0 : 1;
  },
});
