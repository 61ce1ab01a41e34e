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
  /** Lets go; harmless after the lock file was renamed. Never throws: what it guarded is done, well or badly. */
  release(): Promise<void>;
}

type LockPorts = Pick<BranchPorts, "fs" | "process" | "random" | "now" | "timers">;

/** How to take a lock. */
export interface LockOptions {
  /** Content of the lock file. Default empty. */
  readonly content?: Uint8Array;
  /** The content is on disk before the lock is taken. */
  readonly sync?: boolean;
  /** How long to wait for the holder. Default 0: one try. */
  readonly timeoutMs?: number;
  /**
   * A lock of a holder that can not be asked whether it lives counts as left behind when it is older than this. Only for
   * locks that save work and guard nothing. Default: never.
   */
  readonly staleAfterMs?: number;
}

/** While waiting, whether the holder is dead is looked up this often. */
const STALE_CHECK_MS = 200;
const POLL_MS = 6;

/** A lock that can be taken at once: its content lies there, and is on disk when that was asked for. */
export interface PreparedLock {
  /** Takes it, once. Undefined when somebody else holds it, and still does after the time to wait. */
  take(): Promise<HeldLock | undefined>;
  /** Gives up what was not taken. Never throws. */
  drop(): Promise<void>;
}

/**
 * Takes a lock.
 * @param stateDir folder on the same file system, for the files with the holders' identities
 * @returns undefined when somebody else holds it, and still does after the time to wait
 */
export async function takeLock(
  ports: LockPorts,
  path: string,
  stateDir: string,
  options: LockOptions = {},
): Promise<HeldLock | undefined> {
  return (await prepareLock(ports, path, stateDir, options)).take();
}

/** Does what can be done before the lock is wanted: waiting for the disk, above all. */
export async function prepareLock(
  ports: LockPorts,
  path: string,
  stateDir: string,
  options: LockOptions = {},
): Promise<PreparedLock> {
  const { fs } = ports;
  const holders = `${stateDir}/holders`;
  const nonce = Math.floor(ports.random() * 2 ** 40).toString(36);
  const own = `${holders}/${lockName(path)}~${ports.process?.identity ?? "unknown"}~${nonce}`;
  await createHolder(fs, holders, own, options);
  const drop = () => persist(() => fs.remove(own));
  const release = () =>
    persist(async () => {
      const lock = await fs.info(path);
      const mine = await fs.info(own);
      if (lock !== undefined && lock.inode === mine?.inode) await fs.remove(path);
      await fs.remove(own);
    });
  return {
    drop,
    async take() {
      let taken = false;
      try {
        taken = await waitFor(ports, own, path, holders, options);
      } finally {
        if (!taken) await drop();
      }
      return taken ? { path, release } : undefined;
    },
  };
}

/** The refusal when a lock that must be had can not be had. */
export function lockTimeout(path: string, timeoutMs: number): AppError {
  return new AppError("lock_timeout", `${path} was held by another process for ${timeoutMs} ms.`, {
    hint: "If no git or gastown process works on this repository, delete this file.",
    data: { path },
    retryable: true,
  });
}

/**
 * Does some clearing up, again when it fails. What then still lies there is found by the next process, which sees that its
 * holder is gone; a failure to clear up must not hide the outcome of the work.
 */
export async function persist(body: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await body();
      return;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
}

async function waitFor(
  ports: LockPorts,
  own: string,
  path: string,
  holders: string,
  options: LockOptions,
): Promise<boolean> {
  const end = ports.now() + (options.timeoutMs ?? 0);
  for (let nextCheck = Number.NEGATIVE_INFINITY; ; ) {
    if (await linkOrCreate(ports.fs, own, path, options)) return true;
    const now = ports.now();
    if (now >= nextCheck) {
      nextCheck = now + STALE_CHECK_MS;
      if (await breakStale(ports, path, holders, options)) continue;
    }
    if (now >= end || ports.timers === undefined) return false;
    await ports.timers.sleep(1 + ports.random() * POLL_MS);
  }
}

/** Removes the lock when its holder is gone. True when the lock may be free now. */
async function breakStale(
  ports: LockPorts,
  path: string,
  holders: string,
  options: LockOptions,
): Promise<boolean> {
  const { fs } = ports;
  const lock = await fs.info(path);
  if (lock === undefined) return true;
  const prefix = `${lockName(path)}~`;
  for (const name of await fs.list(holders)) {
    if (!name.startsWith(prefix)) continue;
    const alive = ports.process?.isAlive(name.split("~")[1] ?? "");
    if (alive === true) continue;
    const holder = await fs.info(`${holders}/${name}`);
    if (holder === undefined) continue;
    if (
      alive === undefined &&
      ports.now() - holder.mtimeMs < (options.staleAfterMs ?? Number.POSITIVE_INFINITY)
    )
      continue;
    // Renaming takes the holder's place, and only one process can: nobody removes a lock that was taken anew.
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

async function createHolder(
  fs: BranchPorts["fs"],
  folder: string,
  path: string,
  options: LockOptions,
): Promise<void> {
  const create = () =>
    fs.create(path, options.content ?? new Uint8Array(), { sync: options.sync ?? false, mode: 0o644 });
  try {
    await create();
  } catch (error) {
    if (!(error instanceof AppError && error.code === "not_found")) throw error;
    await fs.makeDir(folder);
    await create();
  }
}

async function linkOrCreate(
  fs: BranchPorts["fs"],
  own: string,
  path: string,
  options: LockOptions,
): Promise<boolean> {
  try {
    return await fs.link(own, path);
  } catch (error) {
    if (!(error instanceof AppError && error.code === "not_supported")) throw error;
    return fs.create(path, options.content ?? new Uint8Array(), { sync: options.sync ?? false, mode: 0o644 });
  }
}

function lockName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/[^A-Za-z0-9._-]/g, "_");
}
