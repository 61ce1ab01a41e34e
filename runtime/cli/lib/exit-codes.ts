/** What the exit codes of `gt` and `gastown` mean; public, so never renumbered. */
import type { AppError, ErrorCode } from "../../../store/schema/errors.ts";
import { isUsageError } from "./args.ts";

export const EXIT = {
  ok: 0,
  /** It was tried and it failed. */
  failure: 1,
  /** The command line makes no sense, or the town does not take what it says. */
  usage: 2,
  /** No town is up here, or it does not answer. */
  notRunning: 3,
  /** The thing named does not exist. */
  notFound: 4,
  /** The state of things does not allow it: exists already, blocked, claimed, wrong state. */
  refused: 5,
  /** Not signed in, or not allowed. */
  forbidden: 6,
  /** Ended by ctrl-c. */
  interrupted: 130,
} as const;

/** Lines of the help page about exit codes. */
export const EXIT_HELP = [
  "0  done",
  "1  failed",
  "2  the command line is wrong",
  "3  no town is running here",
  "4  no such thing",
  "5  refused in this state (exists already, blocked, claimed)",
  "6  not signed in, or not allowed",
  "130  interrupted",
] as const;

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  invalid_argument: EXIT.usage,
  unauthenticated: EXIT.forbidden,
  forbidden: EXIT.forbidden,
  not_found: EXIT.notFound,
  gone: EXIT.notFound,
  conflict: EXIT.refused,
  already_exists: EXIT.refused,
  already_claimed: EXIT.refused,
  dependency_cycle: EXIT.refused,
  blocked: EXIT.refused,
  precondition_failed: EXIT.refused,
  invalid_transition: EXIT.refused,
  stale_generation: EXIT.refused,
  unavailable: EXIT.notRunning,
  cancelled: EXIT.interrupted,
};

/** The exit code for a failure. */
export function exitCodeOf(error: AppError): number {
  if (isUsageError(error)) return EXIT.usage;
  return BY_CODE[error.code] ?? EXIT.failure;
}
