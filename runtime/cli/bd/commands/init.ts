/** `bd init`: makes the store of a repository or a folder. */
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { bunStorePorts } from "../../../hosts/bun/store/ports.ts";
import { defineCommand, type Flags } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { initStore } from "../init-store.ts";
import { failure } from "../output.ts";

const ignored = (type: "boolean" | "string") =>
  ({ type, summary: "Understood and without effect", hidden: true }) as const;

const IGNORED = {
  stealth: ignored("boolean"),
  "skip-hooks": ignored("boolean"),
  "skip-agents": ignored("boolean"),
  "skip-merge-driver": ignored("boolean"),
  contributor: ignored("boolean"),
  team: ignored("boolean"),
  "non-interactive": ignored("boolean"),
  "setup-exclude": ignored("boolean"),
  server: ignored("boolean"),
  "shared-server": ignored("boolean"),
  external: ignored("boolean"),
  debug: ignored("boolean"),
  "server-host": ignored("string"),
  "server-port": ignored("string"),
  "server-user": ignored("string"),
  "server-socket": ignored("string"),
  database: ignored("string"),
  backend: ignored("string"),
  remote: ignored("string"),
  branch: ignored("string"),
  "agents-file": ignored("string"),
  "agents-profile": ignored("string"),
  "agents-template": ignored("string"),
} as const satisfies Flags;

export default defineCommand<BdContext>()({
  summary: "Start tracking beads here",
  description:
    "Makes the branch `beads` in the repository (or adopts the one of its remote), and a `.beads` folder that git ignores. " +
    "Nothing else is touched: hooks and agents' files are left to `bd hooks install` and `bd setup`. " +
    "In a folder that is no repository, the branch is in a bare one under `.beads`.",
  examples: [
    { line: "bd init" },
    { line: "bd init --prefix api" },
    { line: "bd init --from-jsonl", note: "take over .beads/issues.jsonl" },
  ],
  flags: {
    prefix: {
      type: "string",
      short: "p",
      value: "prefix",
      summary: "Prefix of the ids; the name of the folder when absent",
    },
    "from-jsonl": { type: "boolean", summary: "Take over .beads/issues.jsonl" },
    "init-if-missing": { type: "boolean", summary: "Succeed when there is a store already" },
    "reinit-local": { type: "boolean", aliases: ["force"], summary: "Put the beads aside and start anew" },
    "discard-remote": { type: "boolean", summary: "Start anew although the remote has beads" },
    "destroy-token": { type: "string", value: "token", summary: "DESTROY-<prefix>, for --discard-remote" },
    role: {
      type: "string",
      choices: ["maintainer", "contributor"],
      summary: "Role of this clone, in git's configuration",
    },
    ...IGNORED,
  },
  async run({ flags }, ctx) {
    const existing = ctx.findWorkspace();
    if (existing?.initialised === true && flags["init-if-missing"] === true) {
      ctx.out.emit(
        { status: "exists", path: existing.beadsDir },
        () => `Already initialized: ${existing.beadsDir}`,
      );
      return 0;
    }
    if (ctx.globals.readonly) throw failure("bd init is not allowed with --readonly");
    const jsonl =
      existing?.legacyJsonl ?? join(existing?.beadsDir ?? join(ctx.cwd, ".beads"), "issues.jsonl");
    if (flags["from-jsonl"] === true && !existsSync(jsonl)) throw failure(`no file to import: ${jsonl}`);
    const former = existsSync(jsonl);
    const ofFile = former && flags.prefix === undefined ? await prefixOfFile(jsonl) : undefined;
    const prefix = flags.prefix ?? (flags["from-jsonl"] === true ? ofFile : undefined);
    const result = await initStore(ctx.cwd, existing, {
      prefix,
      usualPrefix: ofFile,
      reinitLocal: flags["reinit-local"] === true,
      discardRemote: flags["discard-remote"] === true,
      destroyToken: flags["destroy-token"],
      actor: ctx.actor(),
      ports: bunStorePorts(ctx.io.env, { shortLived: true }),
    });
    if (flags.role !== undefined)
      ctx.spawn(["git", "--git-dir", result.gitDir, "config", "beads.role", flags.role]);
    const imported =
      flags["from-jsonl"] === true
        ? await (await import("../init-import.ts")).importInto(result.gitDir, jsonl, ctx)
        : undefined;
    ctx.out.emit(
      {
        status: "initialized",
        prefix: result.prefix,
        path: result.beadsDir,
        database_path: result.gitDir,
        adopted: result.adopted,
        ...(result.backup === undefined ? {} : { backup_ref: result.backup }),
        ...(imported === undefined ? {} : { imported: imported.created.length, not_taken: imported.untaken }),
      },
      () =>
        [
          `${ctx.out.style.green("✓")} bd initialized successfully!`,
          "",
          `  Prefix: ${result.prefix} (ids look like ${result.prefix}-a3f)`,
          `  Branch: beads in ${result.gitDir}${result.adopted ? ", adopted from origin" : ""}`,
          ...(result.backup === undefined ? [] : [`  The former beads are kept at ${result.backup}`]),
          ...(imported === undefined
            ? []
            : [`  Imported ${imported.created.length} issues, ${imported.untaken.length} lines not taken`]),
          "",
          former && imported === undefined && !result.adopted
            ? `Next: bd import ${relative(ctx.cwd, jsonl)} takes the issues that are in this file`
            : 'Next: bd create "Something to do", or bd quickstart',
        ].join("\n"),
    );
    for (const line of [...(imported?.untaken ?? []), ...(imported?.partly ?? [])])
      ctx.out.warn(`line ${line.line}: ${printable(line.reason)}`);
    return 0;
  },
});

/** The prefix that most ids of an export have. */
async function prefixOfFile(path: string): Promise<string | undefined> {
  const { readPieces } = await import("../../../../store/interchange/read-input.ts");
  const { fileTexts } = await import("../import-texts.ts");
  const { prefixOf } = await import("../../../../store/schema/ids.ts");
  const counts = new Map<string, number>();
  for (const records of readPieces(fileTexts(path, "/"))) {
    for (const { record } of records) {
      const id = record.kind === "bead" ? record.bead.id : undefined;
      if (id === undefined) continue;
      const prefix = prefixOf(id.replace(/(\.\d+)+$/, ""));
      if (prefix !== "") counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}
