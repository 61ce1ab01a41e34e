/** `bd import`: JSON lines of any age of bd, or issues of GitHub, in one commit. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { EXISTS, type ImportReport } from "../../../../store/interchange/import-beads.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { importRecords } from "../import-records.ts";
import { fileTexts, inputTexts } from "../import-texts.ts";
import { failure } from "../output.ts";
import { MEMORY_PREFIX } from "../store-config.ts";

export default defineCommand<BdContext>()({
  summary: "Take beads from JSON lines, or issues from GitHub",
  description:
    "Adds and updates, never deletes. A bead that is newer here keeps its fields and takes over labels, edges and comments. " +
    "Every line that is not taken is named with its reason.",
  examples: [
    { line: "bd import .beads/issues.jsonl" },
    {
      line: "gh issue list --state all --limit 1000 --json number,title,body,state,labels,assignees,author,createdAt,updatedAt,closedAt,comments,url | bd import -",
    },
  ],
  positionals: [
    { name: "file", summary: "- for standard input; .beads/issues.jsonl when absent", complete: "file" },
  ],
  flags: {
    input: {
      type: "string",
      short: "i",
      value: "file",
      summary: "The same as the argument",
      complete: "file",
    },
    "dry-run": { type: "boolean", summary: "Only say what would be taken" },
    "allow-stale": { type: "boolean", summary: "Also rows that are older than what is here" },
    dedup: { type: "boolean", summary: "Without rows that have the title of an open bead" },
    "skip-existing": { type: "boolean", short: "s", summary: "Without rows whose id is here" },
    strict: { type: "boolean", summary: "Take nothing when a line can not be taken" },
    "rename-on-import": {
      type: "boolean",
      summary: "Understood and without effect: ids are kept",
      hidden: true,
    },
    "dedupe-after": {
      type: "boolean",
      summary: "Understood and without effect: bd duplicates finds them",
      hidden: true,
    },
    "orphan-handling": {
      type: "string",
      summary: "Understood and without effect: edges to absent beads are kept",
      hidden: true,
    },
    "no-git-history": { type: "boolean", summary: "Understood and without effect", hidden: true },
    force: { type: "boolean", summary: "Understood and without effect", hidden: true },
  },
  async run({ flags, args }, ctx) {
    const path = args[0] ?? flags.input ?? defaultInput(ctx);
    const texts = path === "-" ? inputTexts(ctx.io.stdinChunks()) : fileTexts(path, ctx.cwd);
    const source = path === "-" ? "stdin" : path;
    let report: ImportReport | undefined;
    try {
      report = await importRecords(texts, await ctx.backend(), {
        subject: `Import from ${source}`,
        allowStale: flags["allow-stale"] === true,
        dedup: flags.dedup === true,
        skipExisting: flags["skip-existing"] === true,
        memoryKey: key => `${MEMORY_PREFIX}${key}`,
        beforeCommit(whole) {
          report = whole;
          if (flags["dry-run"] === true) throw new NotCommitted();
          const [first] = whole.untaken;
          if (flags.strict === true && first !== undefined)
            throw failure(`line ${first.line}: ${first.reason} (nothing was imported)`);
        },
      });
    } catch (error) {
      if (!(error instanceof NotCommitted)) throw error;
    }
    if (report === undefined) throw new AppError("internal", "the import did not report");
    const [first] = report.created;
    if (first !== undefined && flags["dry-run"] !== true) ctx.touched(first, true);
    print(report, source, flags["dry-run"] === true, ctx);
    return 0;
  },
});

/** Leaves the unit of work without a commit. */
class NotCommitted extends Error {}

function defaultInput(ctx: BdContext): string {
  const path = join(ctx.workspace().beadsDir, "issues.jsonl");
  if (existsSync(path)) return path;
  if (!ctx.io.stdinIsTty) return "-";
  throw failure("no file to import", { hint: "bd import <file>, or bd import - for standard input" });
}

function print(report: ImportReport, source: string, dryRun: boolean, ctx: BdContext): void {
  const { created, updated, unchanged, stale, deduplicated, untaken } = report;
  const refused = untaken.filter(line => line.reason !== EXISTS);
  ctx.out.emit(
    {
      source,
      created: created.length,
      updated: updated.length,
      skipped: unchanged.length + stale.length + untaken.length,
      ...(deduplicated.length === 0 ? {} : { dedup_skipped: deduplicated.length }),
      ...(report.memories === 0 ? {} : { memories: report.memories }),
      ...(created.length === 0 ? {} : { ids: created }),
      ...(updated.length === 0 ? {} : { updated_ids: updated }),
      ...(stale.length === 0 ? {} : { stale_skipped_ids: stale }),
      ...(untaken.length === 0 ? {} : { not_taken: untaken }),
      ...(report.partly.length === 0 ? {} : { partly_taken: report.partly }),
      ...(dryRun ? { dry_run: true } : {}),
    },
    () =>
      [
        `${dryRun ? "Would import" : "Imported"} from ${source}: ${created.length} created, ${updated.length} updated, ${unchanged.length} unchanged, ${stale.length} no newer than here, ${untaken.length} not taken`,
        ...(report.memories === 0 ? [] : [`  ${report.memories} memories`]),
      ].join("\n"),
  );
  for (const { line, id, reason } of [...refused, ...report.partly]) {
    if (!ctx.out.json)
      ctx.out.warn(`line ${line}${id === undefined ? "" : ` (${printable(id)})`}: ${printable(reason)}`);
  }
}
