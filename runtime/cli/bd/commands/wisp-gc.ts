/** `bd mol wisp gc`: deletes wisps that are past their time. */

import { parseDuration } from "../../../../store/molecules/duration.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { isOldWisp } from "../mol/wisp-age.ts";

export default defineCommand<BdContext>()({
  summary: "Delete wisps that are past their time",
  flags: {
    age: {
      type: "string",
      value: "duration",
      summary: "Past this age instead of that of their type, e.g. 2h",
    },
    closed: { type: "boolean", summary: "Also all closed ones" },
    "dry-run": { type: "boolean", summary: "Show only" },
    force: { type: "boolean", short: "f", summary: "Accepted; nothing is asked" },
  },
  async run({ flags }, ctx) {
    const now = ctx.now();
    const age = flags.age === undefined ? undefined : parseDuration(flags.age) / 1e6;
    const dry = flags["dry-run"] === true;
    const ids = await (await ctx.backend()).change({ touches: "all", subject: "Delete old wisps" }, tx => {
      const old = tx
        .query({ ephemeral: true })
        .filter(bead => isOldWisp(bead, now, age) || (flags.closed === true && bead.status === "closed"));
      if (!dry) for (const bead of old) tx.delete(bead.id, "past its time");
      return old.map(bead => bead.id);
    });
    ctx.out.emit(
      {
        cleaned_ids: dry ? [] : ids,
        cleaned_count: dry ? 0 : ids.length,
        candidates: ids.length,
        dry_run: dry,
      },
      () => `${dry ? "Would delete" : "✓ Deleted"} ${ids.length} wisps`,
    );
    return 0;
  },
});
