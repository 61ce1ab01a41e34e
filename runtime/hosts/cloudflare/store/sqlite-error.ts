/** What SQLite in a Durable Object says, in our codes. The platform gives it as text only, which ends with SQLite's name of it. */
import { AppError, type ErrorCode } from "../../../../store/schema/errors.ts";

const CODES: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/SQLITE_FULL|storage.*(limit|full)/i, "storage_full", "Delete what is not needed; an object holds 10 GB."],
  [/SQLITE_(CORRUPT|NOTADB|SCHEMA)|no such table/, "corrupt", "It is built again from the branch."],
  [/SQLITE_TOOBIG/, "too_large", "A row holds 2 MB."],
  [/tree is too large|too complex|too many/i, "too_large", "Ask with fewer conditions, or shorter ones."],
];

/** Runs `body`; an error of SQLite becomes an AppError. @throws {AppError} storage_full, storage_io, corrupt, too_large */
export function sqlite<T>(body: () => T): T {
  try {
    return body();
  } catch (cause) {
    if (cause instanceof AppError || !(cause instanceof Error)) throw cause;
    const { message } = cause;
    const known = CODES.find(([pattern]) => pattern.test(message));
    if (known === undefined && !/SQLITE_/.test(message)) throw cause;
    const [, code, hint] = known ?? [
      undefined,
      "storage_io" as const,
      "Try again; see the status of the platform.",
    ];
    throw new AppError(code, `The storage of the object: ${message}.`, {
      hint,
      cause,
      retryable: code === "storage_io",
    });
  }
}
