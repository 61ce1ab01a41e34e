/** `bd rename-prefix`. */
import { isPrefix } from "../../../../store/schema/ids.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { renameBeads } from "../rename-beads.ts";

export default defineCommand<BdContext>()({
  summary: "Give all ids another prefix",
  positionals: [{ name: "prefix", required: true }],
  flags: {
    "dry-run": { type: "boolean", summary: "Only show the new ids" },
    repair: { type: "boolean", summary: "Understood and without effect: all ids are renamed", hidden: true },
  },
  async run({ flags, args }, ctx) {
    const backend = await ctx.backend();
    const prefix = (args[0] ?? "").replace(/-+$/, "");
    if (!isPrefix(prefix)) throw usageError(`invalid prefix "${args[0]}"`);
    const old = backend.prefix;
    const beads = await backend.issues({ sort: "id" });
    const names = new Map(
      beads
        .filter(bead => bead.id.startsWith(`${old}-`))
        .map(bead => [bead.id, prefix + bead.id.slice(old.length)]),
    );
    if (flags["dry-run"] !== true && prefix !== old) {
      await backend.change(
        { touches: "all", subject: `Rename prefix ${old} to ${prefix}`, force: true },
        tx => {
          tx.setConfig("issue_prefix", prefix);
          renameBeads(tx, names);
        },
      );
      ctx.touched([...names.values()][0] ?? "", true);
    }
    ctx.out.emit(
      { old_prefix: old, new_prefix: prefix, issues_count: names.size, dry_run: flags["dry-run"] === true },
      () =>
        `${flags["dry-run"] === true ? "Would rename" : "✓ Renamed"} ${names.size} issues from ${old}- to ${prefix}-`,
    );
    return 0;
  },
});
