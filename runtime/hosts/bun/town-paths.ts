/** Where things lie in a town's folder, and where the control sockets of its sandboxes are. */
import { mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TownPaths } from "../../../actors/ports.ts";
import { AppError } from "../../../store/schema/errors.ts";

/** Socket paths are limited to 104 bytes on macOS, 108 on Linux, the final zero included. */
const MAX_SOCKET_PATH = 100;
const SOCKET_NAME_LENGTH = 18;

/** The paths that the actors ask for, and those of the host itself. */
export interface BunTownPaths extends TownPaths {
  /** `town.json`: name and format. */
  readonly config: string;
  /** The bare repository with the town's own beads. */
  readonly hq: string;
  readonly rigs: string;
  readonly worktrees: string;
  readonly agents: string;
  readonly actors: string;
  readonly run: string;
  readonly lock: string;
  /** Tells other programs where the gateway answers. */
  readonly gateway: string;
  readonly secrets: string;
  readonly log: string;
  /** Formulas of the town's own. */
  readonly formulas: string;
  /** Folder of all runs of an agent, one folder by generation. */
  runs(rig: string, agent: string): string;
  /** Folder of the sockets. */
  readonly sockets: string;
}

/** `root`: the town's folder; `sockets`: see {@link socketFolder}. */
export function createTownPaths(root: string, sockets: string): BunTownPaths {
  const at = (...parts: string[]): string => join(root, ...parts);
  const runs = (rig: string, agent: string): string => at("agents", rig, agent, "runs");
  return {
    root,
    config: at("town.json"),
    hq: at("hq.git"),
    rigs: at("rigs"),
    worktrees: at("worktrees"),
    agents: at("agents"),
    actors: at("actors"),
    run: at("run"),
    lock: at("run", "lock"),
    gateway: at("run", "gateway.json"),
    secrets: at("secrets"),
    log: at("log"),
    formulas: at("formulas"),
    sockets,
    repo: rig => at("rigs", `${rig}.git`),
    worktree: (rig, agent) => at("worktrees", rig, agent),
    home: (rig, agent) => at("agents", rig, agent, "home"),
    runs,
    runDir: (rig, agent, generation) => join(runs(rig, agent), String(generation)),
    socket: (container, generation) => {
      // Short, and the same at every start, so that a run can be found again.
      const hash = Bun.hash(`${root}\0${container}\0${generation}`).toString(36);
      return join(sockets, `${hash.padStart(13, "0")}.sock`);
    },
  };
}

/**
 * The folder for control sockets, made with rights for its owner alone: below `XDG_RUNTIME_DIR` where there is one, else
 * `/tmp/gastown-<uid>`, whose path is short enough in any case.
 * @throws {AppError} forbidden when somebody else made it, or may enter it
 */
export function socketFolder(env: Readonly<Record<string, string | undefined>>, uid: number): string {
  const runtime = env.XDG_RUNTIME_DIR;
  const wanted = runtime === undefined || runtime === "" ? undefined : resolve(runtime, "gastown");
  const fits = wanted !== undefined && Buffer.byteLength(wanted) + SOCKET_NAME_LENGTH + 1 <= MAX_SOCKET_PATH;
  const folder = fits && isFolder(runtime) ? wanted : `/tmp/gastown-${uid}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stat = statSync(folder);
  if (stat.uid !== uid || (stat.mode & 0o077) !== 0) {
    throw new AppError("forbidden", `${folder} belongs to somebody else, or others may enter it.`, {
      hint: `Remove it, or set XDG_RUNTIME_DIR to a folder of your own (mode 0700).`,
    });
  }
  return folder;
}

function isFolder(path: string | undefined): boolean {
  try {
    return path !== undefined && statSync(path).isDirectory();
  } catch {
    return false; // It is not there.
  }
}
