/** The log of a Worker: JSON lines on its console, which the platform collects. */
import type { LogFields, Logger } from "../../../actors/kernel/logger.ts";
import { AppError } from "../../../store/schema/errors.ts";

/** A logger whose lines carry these fields. */
export function consoleLog(fields: LogFields = {}): Logger {
  const line = (level: string, message: string, more: LogFields | undefined): string =>
    JSON.stringify({ level, message, ...fields, ...more }, (_key, value) =>
      value instanceof Error ? described(value) : value,
    );
  return {
    // The platform counts each line.
    debug: () => undefined,
    // biome-ignore lint/suspicious/noConsole: the console is where a Worker logs
    info: (message, more) => console.log(line("info", message, more)),
    // biome-ignore lint/suspicious/noConsole: the console is where a Worker logs
    warn: (message, more) => console.warn(line("warn", message, more)),
    // biome-ignore lint/suspicious/noConsole: the console is where a Worker logs
    error: (message, more) => console.error(line("error", message, more)),
    child: more => consoleLog({ ...fields, ...more }),
  };
}

function described(error: Error): object {
  const shape = error instanceof AppError ? error.toJSON() : { name: error.name, message: error.message };
  return {
    ...shape,
    stack: error.stack,
    ...(error.cause instanceof Error ? { cause: described(error.cause) } : {}),
  };
}
