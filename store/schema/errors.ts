/**
 * The one error class of the project and the one list of error codes.
 * An AppError crosses every wire (HTTP, actor call, sandbox control API) by `toJSON` and `fromJSON`.
 */

/** HTTP status by error code; the list of codes is closed by this table. Append, never rename: codes are public. */
export const ERROR_STATUS = {
  invalid_argument: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  already_exists: 409,
  already_claimed: 409,
  dependency_cycle: 409,
  blocked: 409,
  gone: 410,
  precondition_failed: 412,
  too_large: 413,
  unprocessable: 422,
  ambiguous: 422,
  invalid_transition: 422,
  stale_generation: 409,
  call_cycle: 508,
  overloaded: 503,
  unavailable: 503,
  deadline_exceeded: 504,
  storage_full: 507,
  storage_io: 500,
  corrupt: 500,
  lock_timeout: 503,
  git_failed: 502,
  remote_unreachable: 502,
  push_rejected: 409,
  merge_conflict: 409,
  gate_failed: 422,
  isolation_unavailable: 503,
  command_not_found: 422,
  not_supported: 501,
  cancelled: 499,
  internal: 500,
} as const;

/** A stable, public error code. */
export type ErrorCode = keyof typeof ERROR_STATUS;

/** What an AppError looks like on a wire. */
export interface ErrorShape {
  readonly code: ErrorCode;
  readonly message: string;
  /** What to do next, one sentence. */
  readonly hint?: string;
  readonly data?: Record<string, unknown>;
  readonly retryable?: boolean;
}

export interface AppErrorOptions {
  readonly hint?: string | undefined;
  readonly data?: Record<string, unknown> | undefined;
  /** True when the same call may succeed later without any change. */
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
}

/** An expected refusal or failure: says what happened, to what, and (in `hint`) what to do next. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly data: Record<string, unknown> | undefined;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.hint = options.hint;
    this.data = options.data;
    this.retryable = options.retryable ?? false;
  }

  /** HTTP status that fits the code. */
  get status(): number {
    return ERROR_STATUS[this.code];
  }

  toJSON(): ErrorShape {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.data === undefined ? {} : { data: this.data }),
      ...(this.retryable ? { retryable: true } : {}),
    };
  }

  /** Rebuilds an error from its wire shape; anything that is not one becomes `internal`. */
  static fromJSON(value: unknown): AppError {
    if (isErrorShape(value)) {
      return new AppError(value.code, value.message, {
        hint: value.hint,
        data: value.data,
        retryable: value.retryable,
      });
    }
    return new AppError("internal", "The other side failed without saying why.", {
      data: { received: value },
    });
  }

  /** The value as an AppError: itself if it is one, else an `internal` error that keeps it as cause. */
  static from(value: unknown): AppError {
    if (value instanceof AppError) return value;
    const message = value instanceof Error ? value.message : String(value);
    return new AppError("internal", message || "An unexpected error without a message.", { cause: value });
  }
}

/** True for an AppError with one of these codes. */
export function hasCode(value: unknown, ...codes: readonly ErrorCode[]): value is AppError {
  return value instanceof AppError && codes.includes(value.code);
}

function isErrorShape(value: unknown): value is ErrorShape {
  if (typeof value !== "object" || value === null) return false;
  if (!("code" in value) || !("message" in value)) return false;
  return typeof value.code === "string" && value.code in ERROR_STATUS && typeof value.message === "string";
}
