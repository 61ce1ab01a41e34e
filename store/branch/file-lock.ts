/**
 * Lock files as git makes them (`<name>.lock`, made only when absent), which also end when their holder was killed:
 * the lock is a second name of a file that carries the holder's identity, so a lock of a dead process is known for sure
 * from one that the git program or a living process holds.
 */
import { AppError } from "../schema/errors.ts";
import type { BranchPorts } from "./ports.ts";

/** A lock that is held. */
export interface HeldLock {
  /** The lock file; renaming it over its target is git's way to publish its content. */
  readonly path: string;
  /** Lets go; harmless after the lock file was renamed. */
  release(): Promise<void>;
}

type LockPorts = Pick<BranchPorts, "fs" | "process" | "random" | "now">;

/**
 * Tries once to take a lock whose file then has this content.
 * @param stateDir folder on the same file system, for the files with the holders' identities
 * @returns undefined when somebody else holds it
 */
export async function tryLock(
  ports: LockPorts,
  path: string,
  stateDir: string,
  content: Uint8Array,
  sync: boolean,
): Promise<HeldLock | undefined> {
  const { fs } = ports;
  const holders = `${stateDir}/holders`;
  const nonce = Math.floor(ports.random() * 2 ** 40).toString(36);
  const own = `${holders}/${lockName(path)}~${ports.process?.identity ?? "unknown"}~${nonce}`;
  if (!(await createIn(fs, holders, own, content, sync))) return undefined;
  let taken = false;
  try {
    taken = await linkOrCreate(fs, own, path, content, sync);
    if (!taken && (await breakStale(ports, path, holders))) {
      taken = await linkOrCreate(fs, own, path, content, sync);
    }
  } finally {
    if (!taken) await fs.remove(own);
  }
  if (!taken) return undefined;
  return {
    path,
    release: async () => {
      const lock = await fs.info(path);
      const mine = await fs.info(own);
      if (lock !== undefined && lock.inode === mine?.inode) await fs.remove(path);
      await fs.remove(own);
    },
  };
}

/** Takes a lock, waiting for its holder. @throws {AppError} lock_timeout */
export async function takeLock(
  ports: LockPorts & Pick<BranchPorts, "timers">,
  path: string,
  stateDir: string,
  content: Uint8Array,
  options: { readonly sync: boolean; readonly timeoutMs: number },
): Promise<HeldLock> {
  const end = ports.now() + options.timeoutMs;
  for (let attempt = 0; ; attempt++) {
    const lock = await tryLock(ports, path, stateDir, content, options.sync);
    if (lock !== undefined) return lock;
    if (ports.now() >= end || ports.timers === undefined) throw timedOut(path, options.timeoutMs);
    await ports.timers.sleep(1 + ports.random() * Math.min(2 ** attempt, 20));
  }
}

/** Removes the lock when its holder is one of ours and dead. */
async function breakStale(ports: LockPorts, path: string, holders: string): Promise<boolean> {
  const { fs } = ports;
  const lock = await fs.info(path);
  if (lock === undefined) return true;
  const prefix = `${lockName(path)}~`;
  for (const name of await fs.list(holders)) {
    if (!name.startsWith(prefix)) continue;
    const identity = name.split("~")[1] ?? "";
    if (ports.process?.isAlive(identity) !== false) continue;
    const holder = await fs.info(`${holders}/${name}`);
    if (holder === undefined) continue;
    // Renaming takes the dead holder's place, and only one process can: nobody removes a lock that was taken anew.
    const taken = `${holders}/${lockName(path)}~${ports.process?.identity ?? "unknown"}~${name.split("~")[2] ?? ""}`;
    if (!(await renameIfThere(fs, `${holders}/${name}`, taken))) continue;
    const same = holder.inode === (await fs.info(path))?.inode;
    if (same) await fs.remove(path);
    await fs.remove(taken);
    if (same) return true;
  }
  return false;
}

async function renameIfThere(fs: BranchPorts["fs"], from: string, to: string): Promise<boolean> {
  try {
    await fs.rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") return false;
    throw error;
  }
}

async function createIn(
  fs: BranchPorts["fs"],
  folder: string,
  path: string,
  content: Uint8Array,
  sync: boolean,
): Promise<boolean> {
  try {
    return await fs.create(path, content, { sync, mode: 0o644 });
  } catch (error) {
    if (!(error instanceof AppError && error.code === "not_found")) throw error;
    await fs.makeDir(folder);
    return fs.create(path, content, { sync, mode: 0o644 });
  }
}

async function linkOrCreate(
  fs: BranchPorts["fs"],
  own: string,
  path: string,
  content: Uint8Array,
  sync: boolean,
): Promise<boolean> {
  try {
    return await fs.link(own, path);
  } catch (error) {
    if (!(error instanceof AppError && error.code === "not_supported")) throw error;
    return fs.create(path, content, { sync, mode: 0o644 });
  }
}

function lockName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/[^A-Za-z0-9._-]/g, "_");
}

function timedOut(path: string, timeoutMs: number): AppError {
  return new AppError("lock_timeout", `${path} was held by another process for ${timeoutMs} ms.`, {
    hint: "If no git or gastown process works on this repository, delete this file.",
    data: { path },
    retryable: true,
  });
}
