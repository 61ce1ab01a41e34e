/** `bd doctor`. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineCommand, usageError } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { type Check, runChecks } from "../doctor-checks.ts";
import { mend } from "../doctor-fixes.ts";
import { gather } from "../gather.ts";
import { missingSections } from "../lint-sections.ts";
import { isTestLike } from "../store-checks.ts";
import { BD_VERSION } from "../version.ts";

const ICONS = { ok: "✓", warning: "⚠", error: "✗" } as const;

export default defineCommand<BdContext>()({
  summary: "Check the store",
  description:
    "Reads every file of the branch, compares the index with it, and looks for what contradicts itself.",
  positionals: [{ name: "path", summary: "Another folder", complete: "directory" }],
  flags: {
    fix: { type: "boolean", summary: "Put right what can be put right without a decision" },
    check: {
      type: "string",
      value: "name",
      summary: "One matter in detail: pollution, validate, artifacts, conventions",
    },
    clean: { type: "boolean", summary: "With --check pollution: delete what was found" },
    deep: { type: "boolean", summary: "Also let git check its objects" },
    "dry-run": { type: "boolean", summary: "With --fix: only say what would be done" },
    output: {
      type: "string",
      short: "o",
      value: "file",
      summary: "Write the result to a file",
      complete: "file",
    },
    yes: { type: "boolean", short: "y", summary: "Understood: nothing is asked", hidden: true },
    interactive: { type: "boolean", short: "i", summary: "Understood", hidden: true },
    agent: { type: "boolean", summary: "Understood: fixes are always named", hidden: true },
    perf: { type: "boolean", summary: "Understood; see bd ping", hidden: true },
    server: { type: "boolean", summary: "Understood: there is no server", hidden: true },
    "check-health": { type: "boolean", summary: "Say nothing when all is well" },
  },
  async run({ flags, args }, ctx) {
    if (args[0] !== undefined && resolve(ctx.cwd, args[0]) !== ctx.cwd)
      throw usageError("use -C to check another folder", `bd -C ${args[0]} doctor`);
    if (flags.check !== undefined) return checkOne(flags.check, flags.clean === true, ctx);
    const fixed =
      flags.fix === true && flags["dry-run"] !== true && !ctx.globals.readonly ? await mend(ctx) : [];
    const checks = [...(await checksAfter(fixed, ctx)), ...(flags.deep === true ? [fsck(ctx)] : [])];
    const suppressed = await suppressedNames(ctx);
    const shown = checks.filter(check => check.status !== "warning" || !suppressed.has(slug(check.name)));
    const ok = shown.every(check => check.status !== "error");
    const result = {
      path: ctx.findWorkspace()?.root ?? ctx.cwd,
      checks: shown,
      overall_ok: ok,
      cli_version: BD_VERSION,
      timestamp: new Date(ctx.now()).toISOString(),
      platform: { os_arch: `${process.platform}/${process.arch}`, runtime: `bun ${Bun.version}` },
      ...(shown.length === checks.length ? {} : { suppressed_count: checks.length - shown.length }),
      ...(fixed.length === 0 ? {} : { fixed }),
    };
    if (flags.output !== undefined)
      writeFileSync(resolve(ctx.cwd, flags.output), `${JSON.stringify(result, null, 2)}\n`);
    if (flags["check-health"] === true && ok && !ctx.out.json) return 0;
    ctx.out.emit(result, () => text(shown, fixed, ctx));
    return ok ? 0 : 1;
  },
});

function text(checks: readonly Check[], fixed: readonly string[], ctx: BdContext): string {
  const { bold, dim } = ctx.out.style;
  const groups = Map.groupBy(checks, check => check.category);
  const sections = [...groups].map(([category, own]) =>
    [
      bold(category),
      ...own.flatMap(check => [
        `  ${ICONS[check.status]} ${check.name}: ${printable(check.message)}`,
        ...(check.detail === undefined
          ? []
          : check.detail.split("\n").map(line => dim(`      ${printable(line)}`))),
        ...(check.fix === undefined ? [] : [`      Fix: ${check.fix}`]),
      ]),
    ].join("\n"),
  );
  const count = (status: Check["status"]) => checks.filter(check => check.status === status).length;
  return [
    ...fixed.map(line => `Fixed: ${line}`),
    ...sections,
    `${count("ok")} passed, ${count("warning")} warnings, ${count("error")} errors`,
  ].join("\n\n");
}

/** What was mended is looked at with fresh eyes: an index that was dropped is still open here. */
async function checksAfter(fixed: readonly string[], ctx: BdContext): Promise<Check[]> {
  if (fixed.length === 0) return runChecks(ctx);
  const fresh = ctx.at(".");
  try {
    return await runChecks(fresh);
  } finally {
    await fresh.dispose();
  }
}

async function checkOne(name: string, clean: boolean, ctx: BdContext): Promise<number> {
  const backend = await ctx.backend();
  switch (name) {
    case "pollution": {
      const found = await gather(backend, {}, bead =>
        isTestLike(bead) ? { id: bead.id, title: bead.title } : undefined,
      );
      if (clean && found.length > 0) {
        const { deleteBeads } = await import("../delete-beads.ts");
        const ids = found.map(bead => bead.id);
        await backend.change({ touches: "all", force: true }, tx =>
          deleteBeads(tx, ids, { dryRun: false, reason: "Left over from a test" }),
        );
      }
      const issues = found.map(bead => ({ id: bead.id, title: bead.title }));
      ctx.out.emit({ polluted_count: found.length, issues, cleaned: clean }, () =>
        found.length === 0
          ? "✓ No test issues found"
          : issues.map(issue => `${issue.id}: ${printable(issue.title)}`).join("\n"),
      );
      return 0;
    }
    case "validate": {
      const dangling = await backend.danglingEdges();
      const { candidateOf, duplicateGroups } = await import("../duplicates.ts");
      const duplicates = duplicateGroups(await gather(backend, { template: false }, candidateOf)).length;
      const tests = (await gather(backend, {}, bead => (isTestLike(bead) ? bead.id : undefined))).length;
      const checks = [
        { name: "orphaned_dependencies", count: dangling.length },
        { name: "duplicates", count: duplicates },
        { name: "test_pollution", count: tests },
      ].map(check => ({ ...check, status: check.count === 0 ? "ok" : "warning" }));
      ctx.out.emit({ checks, overall_ok: checks.every(check => check.status === "ok") }, () =>
        checks.map(check => `${check.count === 0 ? "✓" : "⚠"} ${check.name}: ${check.count}`).join("\n"),
      );
      return 0;
    }
    case "conventions": {
      const lint = (
        await gather(backend, { status: ["open"] }, bead =>
          missingSections(bead).length > 0 ? bead.id : undefined,
        )
      ).length;
      ctx.out.emit(
        { lint_warnings: lint },
        () => `${lint} open issue(s) lack a section of their type (bd lint)`,
      );
      return 0;
    }
    case "artifacts":
      ctx.out.emit(
        { artifacts: [] },
        () => "✓ Nothing of an older version needs cleaning: bd writes to none of those files",
      );
      return 0;
    default:
      throw usageError(`unknown check "${name}" (checks: pollution, validate, artifacts, conventions)`);
  }
}

function fsck(ctx: BdContext): Check {
  const { gitDir } = ctx.workspace();
  const result = ctx.spawn(["git", "--git-dir", gitDir, "fsck", "--strict", "--no-dangling"]);
  return result.code === 0
    ? { name: "Objects", status: "ok", message: "git fsck --strict finds nothing", category: "Core" }
    : {
        name: "Objects",
        status: "error",
        message: "git fsck --strict complains",
        detail: result.stderr.trim(),
        category: "Core",
      };
}

async function suppressedNames(ctx: BdContext): Promise<Set<string>> {
  if (ctx.findWorkspace()?.initialised !== true) return new Set();
  const backend = await ctx.backend().catch(() => undefined);
  const config = (await backend?.config()) ?? {};
  const prefix = "doctor.suppress.";
  return new Set(
    Object.keys(config)
      .filter(key => key.startsWith(prefix) && config[key] === "true")
      .map(key => key.slice(prefix.length)),
  );
}

function slug(name: string): string {
  return name.toLowerCase().replace(/\s+/g, "-");
}
