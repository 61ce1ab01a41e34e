/** Small files that must be whole or not there: written under another name, synced, renamed. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { AppError, type ErrorCode } from "../../../store/schema/errors.ts";

/** @throws {AppError} storage_full, storage_io */
export function writeWhole(path: string, text: string, mode = 0o600): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, "w", mode);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw fileError(cause, path);
  }
}

/** The text of a file, undefined when there is none. @throws {AppError} storage_io */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (hasErrno(cause, "ENOENT", "ENOTDIR")) return undefined;
    throw fileError(cause, path);
  }
}

/** True for an error of the system with one of these names, e.g. `ENOENT`. */
export function hasErrno(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && "code" in error && names.includes(String(error.code));
}

/** A failed file operation in our codes. */
export function fileError(cause: unknown, path: string): AppError {
  if (cause instanceof AppError) return cause;
  const full = hasErrno(cause, "ENOSPC", "EDQUOT");
  const code: ErrorCode = full
    ? "storage_full"
    : hasErrno(cause, "EACCES", "EPERM", "EROFS")
      ? "forbidden"
      : "storage_io";
  const hint = full
    ? "Free some space on the disk and try again."
    : code === "forbidden"
      ? "Check the rights and the owner of the folder."
      : "Check the disk.";
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new AppError(code, `${path}: ${detail}`, { hint, cause, retryable: full });
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
