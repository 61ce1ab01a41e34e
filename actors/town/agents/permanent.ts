/** Errors of a start that would come again: the user has to change something first. */
export const PERMANENT_CODES: readonly string[] = [
  "command_not_found",
  "isolation_unavailable",
  "invalid_argument",
  "not_supported",
  "too_large",
];
