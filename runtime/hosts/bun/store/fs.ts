/**
 * The store's file system on Bun. Short calls are made synchronously, which is quicker than a trip through the thread
 * pool; syncs, which wait for the disk, are not, so that other work goes on meanwhile.
 */
import {
  appendFileSync,
  type BigIntStats,
  closeSync,
  fstatSync,
  fsync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import type { FileInfo, StoreFs } from "../../../../store/branch/ports.ts";
import { AppError, type ErrorCode } from "../../../../store/schema/errors.ts";

/** Packs kept open for reading. */
const OPEN_PACKS = 8;

/** The machine's file system as the store's port. */
export function createStoreFs(): StoreFs {
  const packs = openFiles();
  return {
    read: async path => absentIs(undefined, path, () => new Uint8Array(readFileSync(path))),
    readRange: async (path, offset, length) =>
      absentIs(undefined, path, () =>
        path.endsWith(".pack") ? packs.read(path, offset, length) : readRange(path, offset, length),
      ),
    info: async path => absentIs(undefined, path, () => infoOf(path)),
    list: async path => absentIs([], path, () => readdirSync(path)),
    makeDir: async path => checked(path, () => void mkdirSync(path, { recursive: true })),
    create: (path, content, options) => create(path, content, options?.sync ?? false, options?.mode ?? 0o666),
    append: async (path, content) => checked(path, () => appendFileSync(path, content)),
    sync: async path => {
      const fd = checked(path, () => openSync(path, "r"));
      await syncAndClose(fd, path);
    },
    link: async (from, to) => link(from, to),
    rename: async (from, to) => checked(from, () => renameSync(from, to)),
    remove: async path =>
      absentIs(false, path, () => {
        unlinkSync(path);
        return true;
      }),
    syncDir: async path => {
      const fd = checked(path, () => openSync(path, "r"));
      await syncAndClose(fd, path);
    },
  };
}

/**
 * Keeps the last few packs open: their content never changes, and an index that is built reads each object of them.
 * A pack that was deleted meanwhile can still be read here, which is right: the objects are the same.
 */
function openFiles() {
  const open = new Map<string, number>();
  return {
    read(path: string, offset: number, length: number): Uint8Array {
      let fd = open.get(path);
      if (fd === undefined) {
        fd = openSync(path, "r");
        open.set(path, fd);
        const [oldest] = open;
        if (open.size > OPEN_PACKS && oldest !== undefined) {
          open.delete(oldest[0]);
          closeSync(oldest[1]);
        }
      }
      return readAt(fd, offset, length);
    },
  };
}

function readRange(path: string, offset: number, length: number): Uint8Array {
  const fd = openSync(path, "r");
  try {
    return readAt(fd, offset, length);
  } finally {
    closeSync(fd);
  }
}

function readAt(fd: number, offset: number, length: number): Uint8Array {
  const size = Math.max(0, Math.min(length, fstatSync(fd).size - offset));
  const bytes = new Uint8Array(size);
  let read = 0;
  while (read < size) {
    const count = readSync(fd, bytes, read, size - read, offset + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}

async function create(path: string, content: Uint8Array, sync: boolean, mode: number): Promise<boolean> {
  const fd = openNew(path, mode);
  if (fd === undefined) return false;
  try {
    for (let written = 0; written < content.length; ) {
      written += checked(path, () => writeSync(fd, content, written, content.length - written));
    }
  } catch (error) {
    closeSync(fd);
    unlinkSync(path);
    throw error;
  }
  if (sync) await syncAndClose(fd, path);
  else closeSync(fd);
  return true;
}

function openNew(path: string, mode: number): number | undefined {
  try {
    return openSync(path, "wx", mode);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return undefined;
    throw translate(error, path);
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw translate(error, to);
  }
}

function syncAndClose(fd: number, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(fd, error => {
      closeSync(fd);
      // Some file systems can not sync a folder, and say so with EINVAL; there is nothing more to do there.
      if (error === null || codeOf(error) === "EINVAL") resolve();
      else reject(translate(error, path));
    });
  });
}

/** Without the cost of an error for what is not there. */
function infoOf(path: string): FileInfo | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : toInfo(stats);
}

function toInfo(stats: BigIntStats): FileInfo {
  return {
    kind: stats.isFile()
      ? "file"
      : stats.isDirectory()
        ? "directory"
        : stats.isSymbolicLink()
          ? "symlink"
          : "other",
    size: Number(stats.size),
    mtimeMs: Number(stats.mtimeNs) / 1e6,
    inode: `${stats.dev}:${stats.ino}`,
  };
}

function absentIs<T>(absent: T, path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return absent;
    throw translate(error, path);
  }
}

function checked<T>(path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw translate(error, path);
  }
}

const CODES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOSPC: ["storage_full", "Free some space on that disk, then try again."],
  EDQUOT: ["storage_full", "The disk quota is used up; free some space, then try again."],
  ENOENT: ["not_found", "Something removed it meanwhile; try again."],
  EACCES: ["forbidden", "Check the owner and the permissions of this path."],
  EPERM: ["forbidden", "Check the owner and the permissions of this path."],
  EROFS: ["forbidden", "The file system is mounted read-only."],
  ENOTSUP: ["not_supported", "The file system lacks this."],
  EXDEV: ["not_supported", "Both paths must be on one file system."],
};

function translate(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error;
  const name = codeOf(error) ?? "unknown error";
  const [code, hint] = CODES[name] ?? ["storage_io", "Check the disk and its mount; `dmesg` may say more."];
  return new AppError(code, `${path}: ${error instanceof Error ? error.message : name}`, {
    hint,
    data: { path, errno: name },
    cause: error,
  });
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
