/** How the system says what it does: constant messages with structured fields, handed in by whoever composes it. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to each line. */
  child(fields: LogFields): Logger;
}

/** Values are written as JSON; an Error with its message, code and stack. Never secrets. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Says nothing. */
export const noopLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => noopLogger,
};
