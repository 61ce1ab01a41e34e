/** `bd export`: beads as JSON lines. */
import { renameSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { isExported } from "../../../../store/interchange/export-lines.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { countsJson, issueJson } from "../issue-json.ts";
import { lineJson } from "../json.ts";
import { countsFor } from "../list-json.ts";
import { entriesUnder, MEMORY_PREFIX } from "../store-config.ts";
import { list } from "../values.ts";

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
    const found = await backend.issues({
      sort: "id",
      status: flags.status === undefined ? undefined : list(flags.status),
    });
    const beads = found.filter(bead => isExported(bead, options));
    const counts = await countsFor(beads, backend);
    const lines = beads.map(bead => {
      const own = counts.get(bead.id) ?? { dependency_count: 0, dependent_count: 0, comment_count: 0 };
      return lineJson({
        _type: "issue",
        ...issueJson(bead, { dependencies: true, comments: true }),
        ...countsJson(own),
      });
    });
    if (flags.all === true || flags["include-memories"] === true) {
      for (const [key, value] of entriesUnder(config, MEMORY_PREFIX))
        lines.push(lineJson({ _type: "memory", key, value }));
    }
    const text = lines.map(line => `${line}\n`).join("");
    if (flags.output === undefined) {
      ctx.out.raw(text);
      return 0;
    }
    const path = resolve(ctx.cwd, flags.output);
    writeFileSync(`${path}.tmp`, text);
    renameSync(`${path}.tmp`, path);
    ctx.out.note(`Exported ${beads.length} issues to ${flags.output}`);
    return 0;
  },
});
