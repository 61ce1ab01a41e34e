/** Puts the context of one call together: everything is made on first use. */
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { AppError } from "../../../store/schema/errors.ts";
import type { Io } from "../lib/io.ts";
import type { Program } from "../lib/program.ts";
import type { Backend } from "./backend.ts";
import type { BdContext, Globals, SpawnOptions, SpawnResult } from "./context.ts";
import { actorName, ownerAddress } from "./identity.ts";
import { rememberBead, rememberedBead } from "./local-files.ts";
import { noWorkspace } from "./no-workspace.ts";
import { createOutput, failure } from "./output.ts";
import { findWorkspace, type Workspace } from "./workspace.ts";

/** The context of one call; `path` names the command. @throws {AppError} not_found when the folder of `-C` does not exist */
export function createContext(
  io: Io,
  values: Readonly<Record<string, unknown>>,
  path: readonly string[],
  program: Program<BdContext>,
): BdContext {
  const globals = readGlobals(values, io);
  const cwd = workingFolder(values.directory, io);
  const override = overrideFolder(values.db, io, cwd);
  let workspace: { readonly found: Workspace | undefined } | undefined;
  let backend: Promise<Backend> | undefined;
  let dirty = false;
  const find = (): Workspace | undefined => {
    workspace ??= { found: findWorkspace(cwd, override) };
    return workspace.found;
  };
  const need = (): Workspace => {
    const found = find();
    if (found === undefined || !found.initialised) throw noWorkspace(found);
    return found;
  };
  const gitDir = (): string | undefined => find()?.gitDir;
  const actor = (): string => actorName(globals.actor, io.env, gitDir());
  const refuse = (): void => {
    if (!globals.readonly) return;
    throw failure(`bd ${path.join(" ")} is not allowed with --readonly`);
  };
  return {
    io,
    program,
    cwd,
    globals,
    out: createOutput(io, globals),
    now: Date.now,
    workspace: need,
    findWorkspace: find,
    backend() {
      backend ??= isInSandbox(io) ? openTown(io, actor, refuse) : openBackend(need(), io, actor, refuse);
      return backend;
    },
    inTown: isInSandbox(io),
    actor,
    owner: () => ownerAddress(io.env, gitDir()),
    touched(id, changed) {
      dirty ||= changed;
      const found = find();
      if (found !== undefined) rememberBead(found, id, changed);
    },
    lastTouched() {
      if (isInSandbox(io)) return io.env[AGENT_ENV.bead] || undefined;
      const found = find();
      return found === undefined ? undefined : rememberedBead(found);
    },
    spawn: (argv, options) => spawn(argv, { cwd, ...options }, io),
    at(directory) {
      const other = resolve(cwd, directory);
      const db = other === cwd ? values.db : undefined;
      return createContext(io, { ...values, directory: other, db }, path, program);
    },
    async dispose() {
      const opened = await backend?.catch(() => undefined);
      if (opened === undefined) return;
      if (dirty) await exportIfAsked(opened, find(), io);
      await opened.close();
    },
  };
}

async function openBackend(
  workspace: Workspace,
  io: Io,
  actor: () => string,
  beforeChange: () => void,
): Promise<Backend> {
  const { openRepositoryBackend } = await import("./backend-repository.ts");
  const { bunStorePorts } = await import("../../hosts/bun/store/ports.ts");
  return openRepositoryBackend({
    gitDir: workspace.gitDir,
    ports: bunStorePorts(io.env, { shortLived: true }),
    syncPorts: interactive => syncPortsOf(io, interactive),
    actor,
    beforeChange,
  });
}

/** The export that the setting `export.auto` asks for after a change. */
async function exportIfAsked(backend: Backend, workspace: Workspace | undefined, io: Io): Promise<void> {
  if (backend.kind !== "repository" || workspace === undefined) return;
  const config = await backend.config();
  if (config["export.auto"] !== "true") return;
  const { autoExport } = await import("./auto-export.ts");
  try {
    await autoExport(backend, workspace, config);
  } catch (error) {
    // The change itself is done; what reads the export has to wait for the next one.
    io.stderr.write(`bd: the export after this change failed: ${AppError.from(error).message}\n`);
  }
}

/** The variable keeps hooks that git runs meanwhile from syncing again. */
async function syncPortsOf(io: Io, interactive: boolean) {
  const { bunSyncPorts } = await import("../../hosts/bun/store/remotes.ts");
  return bunSyncPorts({ ...io.env, BD_GIT_HOOK: "1" }, { interactive });
}

async function openTown(io: Io, actor: () => string, beforeChange: () => void): Promise<Backend> {
  const { openTownBackend } = await import("./backend-town.ts");
  const { connectTown } = await import("../lib/town-client.ts");
  return openTownBackend({
    client: connectTown(io),
    rig: io.env[AGENT_ENV.rig],
    sampleId: io.env[AGENT_ENV.bead] || undefined,
    actor,
    now: Date.now,
    beforeChange,
  });
}

/** Inside a sandbox the beads are the town's; the variable is the one of `AGENT_ENV.api`. */
function isInSandbox(io: Io): boolean {
  return (io.env[AGENT_ENV.api] ?? "") !== "";
}

/** The variables of a sandbox that matter here; the whole list comes with schemas that cost time to load. */
const AGENT_ENV = { api: "GASTOWN_API", rig: "GASTOWN_RIG", bead: "GASTOWN_BEAD" } as const;

function readGlobals(values: Readonly<Record<string, unknown>>, io: Io): Globals {
  const actor = values.actor;
  return {
    json: values.json === true || values.format === "json",
    quiet: values.quiet === true,
    verbose: values.verbose === true,
    readonly: values.readonly === true || io.env.BD_READONLY === "1",
    actor: typeof actor === "string" ? actor : undefined,
  };
}

function workingFolder(directory: unknown, io: Io): string {
  if (typeof directory !== "string") return io.cwd;
  const folder = resolve(io.cwd, directory);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
  throw new AppError("not_found", `no such folder: ${directory}`);
}

/** `--db` names a `.beads` folder or a database file in it; the environment may name the folder. */
function overrideFolder(db: unknown, io: Io, cwd: string): string | undefined {
  const given = typeof db === "string" ? db : (io.env.BEADS_DB ?? io.env.BD_DB);
  if (given === undefined || given === "") return io.env.BEADS_DIR;
  const path = resolve(cwd, given);
  return /\.(db|sqlite|jsonl)$/.test(path) ? dirname(path) : path;
}

function spawn(
  argv: readonly string[],
  options: SpawnOptions & { readonly cwd: string },
  io: Io,
): SpawnResult {
  const inherit = options.inherit === true;
  try {
    const child = Bun.spawnSync([...argv], {
      cwd: options.cwd,
      env: { ...io.env },
      stdin: inherit ? "inherit" : options.input === undefined ? "ignore" : Buffer.from(options.input),
      stdout: inherit ? "inherit" : "pipe",
      stderr: inherit ? "inherit" : "pipe",
    });
    return {
      code: child.exitCode,
      stdout: child.stdout?.toString() ?? "",
      stderr: child.stderr?.toString() ?? "",
    };
  } catch (error) {
    return { code: -1, stdout: "", stderr: error instanceof Error ? error.message : String(error) };
  }
}
