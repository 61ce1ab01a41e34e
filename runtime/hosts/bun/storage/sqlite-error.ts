/** What SQLite says, in our codes. */
import { AppError, type ErrorCode } from "../../../../store/schema/errors.ts";

const CODES: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/^SQLITE_FULL/, "storage_full", "Free some space on the disk and try again."],
  [/^SQLITE_(CORRUPT|NOTADB)/, "corrupt", "Move the file away; what it held is gathered again or lost."],
  [/^SQLITE_(CANTOPEN|READONLY|PERM|AUTH)/, "storage_io", "Check the rights of the folder and its owner."],
  [/^SQLITE_BUSY/, "lock_timeout", "Another process has the file open: only one may run a town."],
];

/** Runs `body`; an error of SQLite becomes an AppError that names the file. @throws {AppError} storage_full, storage_io, corrupt, lock_timeout */
export function sqlite<T>(path: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    const text = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (!text.startsWith("SQLITE_")) throw cause;
    const [, code, hint] = CODES.find(([pattern]) => pattern.test(text)) ?? [
      undefined,
      "storage_io" as const,
      "Check the disk.",
    ];
    const message = cause instanceof Error ? cause.message : text;
    throw new AppError(code, `${path}: ${message} (${text}).`, {
      hint,
      cause,
      retryable: code === "storage_full" || code === "lock_timeout",
    });
  }
}
