/** Limits that hold on every host; what exceeds one is refused with `too_large` before anything is stored. */
import { AppError } from "../../store/schema/errors.ts";

export const MAX_VALUE_BYTES = 128 * 1024;
export const MAX_KEY_BYTES = 512;
/** Of one argument and of one answer, as JSON. */
export const MAX_ARGS_BYTES = 1024 * 1024;
export const MAX_EVENT_BYTES = 64 * 1024;
/** Calls that may wait for one actor. */
export const MAILBOX_CAPACITY = 1_000;
/** How long a turn may take that nobody set a deadline for: timers, and messages that were sent. */
export const TURN_TIMEOUT_MS = 60_000;
/** How long the sender of a one-way message waits for its delivery before it tries again. Ports may be slow. */
export const DELIVERY_TIMEOUT_MS = 15 * 60_000;
/** Failures after which a timer, or a message that its receiver cannot handle, is given up. */
export const MAX_STRIKES = 10;
/** How often a turn is run again whose beads were changed by somebody else meanwhile. */
export const MAX_CONFLICT_RUNS = 5;

const encoder = new TextEncoder();

/** Length in bytes of the UTF-8 form; exact only when it may matter. */
export function byteLength(text: string, limit: number): number {
  if (text.length > limit || text.length * 3 <= limit) return text.length;
  return encoder.encode(text).length;
}

/**
 * A value as JSON text.
 * @throws {AppError} invalid_argument when it has no JSON form; too_large beyond `limit` bytes
 */
export function toJson(value: unknown, what: string, limit: number): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new AppError("invalid_argument", `${what} cannot be written as JSON.`, { cause });
  }
  if (text === undefined) throw new AppError("invalid_argument", `${what} has no JSON form.`);
  if (byteLength(text, limit) > limit) {
    throw new AppError("too_large", `${what} is larger than ${limit} bytes.`, {
      hint: "Keep bulk data in beads or files, and pass a reference.",
      data: { limit },
    });
  }
  return text;
}

/** A copy that shares nothing with the original; undefined stays undefined. @throws {AppError} as {@link toJson} */
export function jsonCopy(value: unknown, what: string, limit: number): unknown {
  return value === undefined ? undefined : JSON.parse(toJson(value, what, limit));
}

/** @throws {AppError} invalid_argument, too_large */
export function checkKey(key: string): void {
  if (key === "" || key.startsWith("$")) {
    throw new AppError(
      "invalid_argument",
      `The key "${key}" is empty or begins with $, which is the kernel's.`,
    );
  }
  if (byteLength(key, MAX_KEY_BYTES) > MAX_KEY_BYTES) {
    throw new AppError("too_large", `A key is longer than ${MAX_KEY_BYTES} bytes: ${key.slice(0, 80)}...`);
  }
}
