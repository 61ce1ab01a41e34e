/** Moves a ref as git does: its lock file, a comparison with what it should hold, the reflog, a rename. */
import { AppError, hasCode } from "../schema/errors.ts";
import { utf8 } from "./bytes.ts";
import { lockTimeout, prepareLock } from "./file-lock.ts";
import { configFlag } from "./git-config.ts";
import { type Signature, signatureLine } from "./objects.ts";
import type { BranchPorts } from "./ports.ts";
import type { RefReader } from "./refs.ts";
import type { Repository } from "./repository.ts";

const ZERO = "0".repeat(40);
/** Others hold a ref's lock for milliseconds; waiting longer means that something is stuck. */
const REF_LOCK_TIMEOUT_MS = 10_000;

/** A move of one ref. */
export interface RefMove {
  readonly ref: string;
  /** What the ref must hold now; undefined when it must not exist. */
  readonly expected: string | undefined;
  readonly next: string;
  /** For the reflog. */
  readonly who: Signature;
  readonly message: string;
}

/** A move whose new value is on disk already, beside the ref. */
export interface PreparedMove {
  /** Moves the ref, as `moveRef` does. Once. */
  finish(): Promise<boolean>;
  /** Gives up what was not finished. Never throws. */
  drop(): Promise<void>;
}

/**
 * Compare-and-swap of a ref, durable when it resolves.
 * @returns false when the ref holds something else than expected; nothing was changed then
 * @throws {AppError} lock_timeout, storage_full, storage_io, invalid_argument
 */
export async function moveRef(
  ports: BranchPorts,
  repository: Repository,
  refs: RefReader,
  move: RefMove,
): Promise<boolean> {
  return (await prepareMove(ports, repository, refs, move)).finish();
}

/** Does of a move what changes nothing, so that its waiting for the disk can go on beside other writes. */
export async function prepareMove(
  ports: BranchPorts,
  repository: Repository,
  refs: RefReader,
  move: RefMove,
): Promise<PreparedMove> {
  const { fs } = ports;
  const { name } = await refs.resolve(move.ref);
  if (!isSafeRef(name)) {
    throw new AppError("invalid_argument", `${name} is not a valid ref name.`, {
      hint: "Use a name such as refs/heads/beads.",
    });
  }
  const path = `${repository.commonDir}/${name}`;
  const folder = path.slice(0, path.lastIndexOf("/"));
  await fs.makeDir(folder);
  const prepared = await prepareLock(ports, `${path}.lock`, repository.stateDir, {
    content: utf8(`${move.next}\n`),
    sync: true,
    timeoutMs: REF_LOCK_TIMEOUT_MS,
  });
  return {
    drop: prepared.drop,
    async finish() {
      const lock = await prepared.take();
      if (lock === undefined) throw lockTimeout(`${path}.lock`, REF_LOCK_TIMEOUT_MS);
      try {
        const now = await refs.resolve(name);
        if (now.oid !== move.expected) return false;
        await writeReflog(ports, repository, name, move);
        await fs.rename(lock.path, path);
        await fs.syncDir(folder);
        return true;
      } catch (error) {
        // A lock in memory guards against this process alone; object storage sees a writer that it does not hold off.
        if (hasCode(error, "conflict")) return false;
        throw error;
      } finally {
        await lock.release();
      }
    },
  };
}

/** True for names that git accepts and that stay inside the repository's `refs/`. */
export function isSafeRef(name: string): boolean {
  if (!name.startsWith("refs/") || name.endsWith("/") || name.endsWith(".")) return false;
  if (/[\s~^:?*[\\\x7f]|\.\.|@\{|\/\//.test(name)) return false;
  return name.split("/").every(part => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}

async function writeReflog(
  ports: BranchPorts,
  repository: Repository,
  name: string,
  move: RefMove,
): Promise<void> {
  const path = `${repository.commonDir}/logs/${name}`;
  if ((await ports.fs.info(path)) === undefined) {
    if (!wantsReflog(repository, name)) return;
    await ports.fs.makeDir(path.slice(0, path.lastIndexOf("/")));
  }
  const message = move.message.replace(/\s+/g, " ").trim();
  const line = `${move.expected ?? ZERO} ${move.next} ${signatureLine(move.who)}\t${message}\n`;
  await ports.fs.append(path, utf8(line));
}

function wantsReflog(repository: Repository, name: string): boolean {
  const setting = repository.config.get("core.logallrefupdates")?.toLowerCase();
  if (setting === "always") return true;
  const normal = /^refs\/(heads|remotes|notes)\//.test(name);
  const flag = configFlag(repository.config, "core.logallrefupdates");
  return normal && (flag ?? configFlag(repository.config, "core.bare") === false);
}
