/** `bd export`: beads as JSON lines. */
import { closeSync, openSync, renameSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { ForeignWords, isExported } from "../../../../store/interchange/export-lines.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { exportLines } from "../export-text.ts";
import { lineJson } from "../json.ts";
import { entriesUnder, MEMORY_PREFIX } from "../store-config.ts";
import { BUILT_IN_STATUSES, customStatuses, list } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "Write beads as JSON lines",
  description:
    "One line each, in the order of ids, which bd import and the original read back. Wisps are never exported.",
  examples: [{ line: "bd export -o issues.jsonl" }, { line: "bd export --all | bd -C ../other import -" }],
  flags: {
    output: { type: "string", short: "o", value: "file", summary: "Into this file", complete: "file" },
    all: { type: "boolean", summary: "With infrastructure, templates and memories" },
    "include-infra": { type: "boolean", summary: "With agents, roles, rigs and messages" },
    "include-memories": { type: "boolean", summary: "With memories" },
    scrub: { type: "boolean", summary: "Without left-overs of tests" },
    "exclude-owner": {
      type: "string",
      multiple: true,
      value: "name",
      summary: "Without beads created by this one",
    },
    status: { type: "string", short: "s", value: "status", summary: "Only with these statuses" },
    force: { type: "boolean", summary: "Understood and without effect", hidden: true },
  },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const config = await backend.config();
    const options = {
      infra: flags.all === true || flags["include-infra"] === true,
      templates: flags.all === true,
      scrub: flags.scrub === true,
      excludeOwners: [...flags["exclude-owner"], ...list(config["export.exclude_owners"] ?? "")],
    };
    const path = flags.output === undefined ? undefined : resolve(ctx.cwd, flags.output);
    const file = path === undefined ? undefined : draftOf(path);
    const write = (text: string): void => {
      if (file === undefined) ctx.out.raw(text);
      else writeSync(file, text);
    };
    let exported = 0;
    const foreign = new ForeignWords();
    const query = {
      sort: "id" as const,
      status: flags.status === undefined ? undefined : list(flags.status),
    };
    for await (const page of backend.issuePages(query)) {
      const beads = page.filter(bead => isExported(bead, options));
      for (const bead of beads) foreign.note(bead);
      write(await exportLines(beads, backend));
      exported += beads.length;
    }
    if (flags.all === true || flags["include-memories"] === true) {
      for (const [key, value] of entriesUnder(config, MEMORY_PREFIX))
        write(`${lineJson({ _type: "memory", key, value })}\n`);
    }
    const states = [...BUILT_IN_STATUSES, ...customStatuses(config)];
    const remedy = foreign.remedy(
      status => states.find(({ name }) => name === status)?.category ?? "unspecified",
    );
    if (remedy !== undefined) ctx.out.warn(`Note: before an import, the original needs: ${remedy}`);
    if (file === undefined || path === undefined) return 0;
    closeSync(file);
    renameSync(`${path}.tmp`, path);
    ctx.out.note(`Exported ${exported} issues to ${flags.output}`);
    return 0;
  },
});

/** The file that is written beside the wanted one, and takes its name when it is whole. @throws {AppError} storage_io */
function draftOf(path: string): number {
  try {
    return openSync(`${path}.tmp`, "w");
  } catch (cause) {
    throw new AppError("storage_io", `cannot write file "${path}"`, {
      hint: "Check that its folder is there and that you may write to it.",
      cause,
    });
  }
}
