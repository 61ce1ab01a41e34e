/** `bd defer`. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { updateMany } from "../many-update.ts";
import { parseTime } from "../time.ts";

export default defineCommand<BdContext>()({
  summary: "Put beads off",
  examples: [{ line: 'bd defer bd-a3f --until "next monday"' }],
  positionals: [{ name: "id", rest: true, complete: "bead" }],
  flags: {
    until: { type: "string", value: "time", summary: "When it comes back" },
    reason: { type: "string", summary: "Why; added to the notes" },
  },
  run({ flags, args }, ctx) {
    const until = flags.until === undefined ? undefined : parseTime(flags.until, ctx.now());
    return updateMany(
      ctx,
      args,
      (tx, bead) =>
        tx.update(bead.id, {
          status: "deferred",
          ...(until === undefined ? {} : { defer_until: until }),
          ...(flags.reason === undefined
            ? {}
            : {
                notes: [bead.notes, `Deferred: ${flags.reason}`]
                  .filter(part => part !== undefined)
                  .join("\n"),
              }),
        }),
      bead =>
        `❄ Deferred ${bead.id} — ${printable(bead.title)}${until === undefined ? "" : ` until ${until.slice(0, 16)}`}`,
    );
  },
});
