/** The checks of `bd doctor`. Each looks at one thing and says what it found, and what to do about it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../../store/schema/errors.ts";
import type { BdContext } from "./context.ts";
import { findCycles, ORDERING_TYPES } from "./cycles.ts";
import { gather } from "./gather.ts";
import { HOOK_NAMES, hookState, hooksFolder } from "./hook-files.ts";
import { contradictionOf } from "./store-checks.ts";

export interface Check {
  readonly name: string;
  readonly status: "ok" | "warning" | "error";
  readonly message: string;
  readonly detail?: string;
  readonly fix?: string;
  readonly category: "Core" | "Data" | "Git" | "Integration";
}

const MAX_NAMED = 200;

/** All checks of a workspace, in the order in which they are shown. */
export async function runChecks(ctx: BdContext): Promise<Check[]> {
  const workspace = ctx.findWorkspace();
  if (workspace === undefined || !workspace.initialised) {
    return [
      { name: "Installation", status: "error", message: "no beads here", fix: "bd init", category: "Core" },
    ];
  }
  const backend = await ctx.backend().catch((error: unknown) => AppError.from(error));
  if (backend instanceof AppError) {
    const fix = backend.hint === undefined ? {} : { fix: backend.hint };
    return [{ name: "Branch", status: "error", message: backend.message, ...fix, category: "Core" }];
  }
  // One after the other: each goes over everything, and together they would take twice the memory.
  const verification = await backend.verify();
  const wrong = await gather(backend, {}, bead => {
    const reason = contradictionOf(bead);
    return reason === undefined ? undefined : { id: bead.id, reason };
  });
  const cycles = findCycles(await backend.edges(ORDERING_TYPES));
  const dangling = await backend.danglingEdges();
  const lost = dangling.filter(edge => edge.type === "parent-child").map(edge => edge.from);
  return [
    {
      name: "Installation",
      status: "ok",
      message: `${workspace.gitDir}, branch beads, prefix ${backend.prefix}`,
      category: "Core",
    },
    found("Branch", verification.problems, ({ path, reason }) => `${path}: ${reason}`, {
      ok: `${verification.files} files, all readable`,
      bad: count => `${count} file(s) are no beads and were left alone`,
      status: "error",
      fix: "git log beads -- <path> shows who wrote them; correct or remove them on the branch",
      category: "Core",
    }),
    found("Index", verification.drift, path => path, {
      ok: "the same as the branch",
      bad: count => `differs from the branch in ${count} place(s)`,
      status: "error",
      fix: "bd doctor --fix builds it anew",
      category: "Core",
    }),
    found("Dependency Cycles", cycles, cycle => cycle.join(" → "), {
      ok: "none",
      bad: count => `${count} cycle(s)`,
      status: "warning",
      fix: "bd dep remove <id> <depends-on-id>",
      category: "Data",
    }),
    found("Dangling Dependencies", dangling, edge => `${edge.from} → ${edge.target}`, {
      ok: "none",
      bad: count => `${count} dependency(ies) on beads that are gone`,
      status: "warning",
      fix: "bd repair-deps --fix",
      category: "Data",
    }),
    found("Parents", lost, id => id, {
      ok: "all there",
      bad: count => `${count} bead(s) have a parent that is gone`,
      status: "warning",
      fix: "bd repair-deps --fix",
      category: "Data",
    }),
    found("Consistency", wrong, ({ id, reason }) => `${id}: ${reason}`, {
      ok: "status and times agree",
      bad: count => `${count} bead(s) contradict themselves`,
      status: "warning",
      fix: "bd update <id> --status ...",
      category: "Data",
    }),
    ...localChecks(ctx),
  ];
}

function localChecks(ctx: BdContext): Check[] {
  const { beadsDir, gitDir, root, kind } = ctx.workspace();
  if (kind === "bare") return [];
  const metadata: Check = existsSync(join(beadsDir, "metadata.json"))
    ? {
        name: "Metadata",
        status: "ok",
        message: "metadata.json is there for other programs",
        category: "Integration",
      }
    : {
        name: "Metadata",
        status: "warning",
        message: `${beadsDir}/metadata.json is missing: programs that watch it see no changes`,
        fix: "bd doctor --fix writes it",
        category: "Integration",
      };
  if (kind === "own") return [metadata];
  const excludePath = join(gitDir, "info", "exclude");
  const exclude = existsSync(excludePath) ? readFileSync(excludePath, "utf8") : "";
  const ignored =
    exclude.includes(".beads") || ctx.spawn(["git", "-C", root, "check-ignore", "-q", ".beads/x"]).code === 0;
  const folder = { path: hooksFolder(ctx), root: ctx.workspace().root };
  const outdated = HOOK_NAMES.filter(name => hookState(folder, name) === "outdated");
  return [
    metadata,
    ignored
      ? { name: "Git Exclude", status: "ok", message: ".beads/ is not shown by git status", category: "Git" }
      : {
          name: "Git Exclude",
          status: "warning",
          message: ".beads/ is not ignored",
          fix: "bd doctor --fix adds it to .git/info/exclude",
          category: "Git",
        },
    outdated.length === 0
      ? { name: "Git Hooks", status: "ok", message: "up to date, or not installed", category: "Git" }
      : {
          name: "Git Hooks",
          status: "warning",
          message: `outdated: ${outdated.join(", ")}`,
          fix: "bd hooks install",
          category: "Git",
        },
  ];
}

interface Wording {
  readonly ok: string;
  readonly bad: (count: number) => string;
  readonly status: "warning" | "error";
  readonly fix: string;
  readonly category: Check["category"];
}

function found<T>(name: string, items: readonly T[], word: (item: T) => string, wording: Wording): Check {
  const { ok, bad, status, fix, category } = wording;
  if (items.length === 0) return { name, status: "ok", message: ok, category };
  const more = items.length > MAX_NAMED ? [`... and ${items.length - MAX_NAMED} more`] : [];
  const detail = [...items.slice(0, MAX_NAMED).map(word), ...more].join("\n");
  return { name, status, message: bad(items.length), detail, fix, category };
}
