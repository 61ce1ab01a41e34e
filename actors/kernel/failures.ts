/** How the kernel sorts failures, and how it words its own. */
import type { z } from "zod";
import { AppError, type ErrorCode } from "../../store/schema/errors.ts";
import type { Logger } from "./logger.ts";

/** The receiver could not be asked, or could not answer now: the same message may well succeed later. */
const TRANSIENT: ReadonlySet<ErrorCode> = new Set([
  "overloaded",
  "unavailable",
  "deadline_exceeded",
  "lock_timeout",
  "storage_full",
  "storage_io",
  "remote_unreachable",
]);
/** Not an answer: something broke. Tried again, but not for ever. */
const BROKEN: ReadonlySet<ErrorCode> = new Set(["internal", "corrupt", "git_failed", "cancelled"]);

/** True when a message is to be tried again without counting against it. One that asks for a reply gets most failures as reply. */
export function isTransient(error: AppError, asks: boolean): boolean {
  if (asks) return error.code === "overloaded" || error.code === "unavailable";
  return error.retryable || TRANSIENT.has(error.code);
}

/** True when the receiver has decided: asking again would be answered the same. */
export function isRefusal(error: AppError): boolean {
  return !error.retryable && !TRANSIENT.has(error.code) && !BROKEN.has(error.code);
}

/** An AppError as it is; anything else is logged in full under a number, and becomes `internal` with that number. */
export function unexpected(
  error: unknown,
  at: { key: string; method: string; log: Logger; random: number },
): AppError {
  if (error instanceof AppError) return error;
  const id = Math.floor(at.random * 0xffff_ffff)
    .toString(16)
    .padStart(8, "0");
  at.log.error("turn failed unexpectedly", { method: at.method, error_id: id, error });
  return new AppError("internal", `${at.key} failed in ${at.method} (error ${id}).`, {
    hint: "The log has the details under this number.",
    data: { error_id: id },
    cause: error,
  });
}

/** The refusal of a method that is not on the actor's list. */
export function notAllowed(key: string, method: string): AppError {
  return new AppError("method_not_allowed", `${key} has no method ${method}.`);
}

/**
 * The argument as the method's schema has it; no argument counts as an empty object where the schema wants one.
 * @throws {AppError} invalid_argument with the issues by path
 */
export function parseArgs(schema: z.ZodType, args: unknown, key: string, method: string): unknown {
  const first = schema.safeParse(args);
  if (first.success) return first.data;
  const second = args === undefined ? schema.safeParse({}) : first;
  if (second.success) return second.data;
  const issues = second.error.issues.map(issue => ({
    path: issue.path.map(String).join("."),
    message: issue.message,
  }));
  const words = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  throw new AppError("invalid_argument", `${key} refuses the argument of ${method}: ${words}`, {
    data: { issues },
  });
}
