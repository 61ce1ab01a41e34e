/** `bd delete`: shows what would go, and with --force lets it go. */
import { defineCommand, usageError } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { type DeletionReport, deleteBeads, outsideDependents, withDependents } from "../delete-beads.ts";
import { resolveId } from "../ids.ts";
import { failure } from "../output.ts";
import { readInput } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "Delete beads",
  description:
    "Without --force, shows what would go. A tombstone stays, so that no other machine brings the bead back; bd restore does.",
  positionals: [{ name: "id", rest: true, complete: "bead" }],
  flags: {
    force: { type: "boolean", short: "f", summary: "Do it" },
    cascade: { type: "boolean", summary: "Also everything that depends on them" },
    "dry-run": { type: "boolean", summary: "Show what would go" },
    "from-file": { type: "string", value: "file", summary: "Ids from a file, one a line", complete: "file" },
    reason: { type: "string", summary: "Why" },
    hard: { type: "boolean", summary: "Understood and without effect", hidden: true },
  },
  async run({ flags, args }, ctx) {
    const backend = await ctx.backend();
    const words = [
      ...args,
      ...(flags["from-file"] === undefined ? [] : await idsFromFile(flags["from-file"], ctx)),
    ];
    if (words.length === 0) throw usageError("no issue IDs provided");
    const named = [...new Set(await Promise.all(words.map(word => resolveId(ctx, word))))];
    const preview = flags.force !== true || flags["dry-run"] === true;
    const reason = flags.reason === undefined ? {} : { reason: flags.reason };
    const report = await backend.change({ touches: "all" }, tx => {
      const ids = flags.cascade === true ? withDependents(tx, named) : named;
      const outside = outsideDependents(tx, ids);
      if (named.length > 1 && outside.length > 0 && !preview && flags.force !== true) {
        throw failure(
          `issues have dependents not in the deletion set: ${outside.map(bead => bead.id).join(", ")}`,
        );
      }
      return deleteBeads(tx, ids, { dryRun: preview, ...reason });
    });
    if (preview) return showPreview(report, ctx);
    ctx.touched(report.ids.at(-1) ?? "", true);
    ctx.out.emit(answer(report), () =>
      [
        `✓ Deleted ${report.ids.length === 1 ? report.ids[0] : `${report.ids.length} issue(s)`}`,
        `  Removed ${report.dependencies} dependency link(s)`,
        `  Updated text references in ${report.references} issue(s)`,
        ...(report.orphaned.length === 0 ? [] : [`  Orphaned: ${report.orphaned.join(", ")}`]),
      ].join("\n"),
    );
    return 0;
  },
});

async function idsFromFile(path: string, ctx: BdContext): Promise<string[]> {
  return (await readInput(path, ctx))
    .split("\n")
    .map(line => line.trim())
    .filter(line => line !== "" && !line.startsWith("#"));
}

function answer(report: DeletionReport): Record<string, unknown> {
  const [only] = report.ids;
  if (report.ids.length === 1) {
    return {
      deleted: only,
      dependencies_removed: report.dependencies,
      references_updated: report.references,
    };
  }
  return {
    deleted: report.ids,
    deleted_count: report.ids.length,
    dependencies_removed: report.dependencies,
    labels_removed: report.labels,
    events_removed: 0,
    references_updated: report.references,
    orphaned_issues: report.orphaned,
  };
}

async function showPreview(report: DeletionReport, ctx: BdContext): Promise<number> {
  const backend = await ctx.backend();
  const beads = await Promise.all(report.ids.map(id => backend.get(id)));
  ctx.out.emit(
    {
      dry_run: true,
      would_delete: report.ids,
      dependencies_removed: report.dependencies,
      references_updated: report.references,
      orphaned_issues: report.orphaned,
    },
    () =>
      [
        ctx.out.style.red("⚠️  DELETE PREVIEW"),
        "",
        `Issues to delete (${report.ids.length}):`,
        ...beads.map(bead => `  ${bead?.id}: ${printable(bead?.title ?? "")}`),
        "",
        `Dependency links to remove: ${report.dependencies}`,
        `Issues with text references to update: ${report.references}`,
        ...(report.orphaned.length === 0
          ? []
          : [`Issues left without something they depend on: ${report.orphaned.join(", ")}`]),
        "",
        `To proceed, run: bd delete ${report.ids.join(" ")} --force`,
      ].join("\n"),
  );
  return 0;
}
