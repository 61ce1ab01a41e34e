/** A log as JSON lines in a file of limited size: one line per event, the last full file is kept beside it. */
import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { LogFields, Logger } from "../../../actors/kernel/logger.ts";
import { AppError } from "../../../store/schema/errors.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LEVELS)[number];

const MAX_BYTES = 10 * 1024 * 1024;
const MAX_LINE_CHARS = 16_384;

export interface LogFileOptions {
  readonly path: string;
  /** Lines below are not written. Default info. */
  readonly level?: LogLevel;
  /** Size at which the file is put aside. Default 10 MiB. */
  readonly maxBytes?: number;
  readonly now?: () => Date;
  /** Called with each line too, e.g. for a terminal. */
  readonly also?: (level: LogLevel, line: Readonly<Record<string, unknown>>) => void;
}

/** Opens the log; a disk that cannot be written to costs lines, never the work. */
export function createLogFile(options: LogFileOptions): Logger {
  const { path, level = "info", maxBytes = MAX_BYTES, now = () => new Date() } = options;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let size = sizeOf(path);
  const write = (at: LogLevel, fields: LogFields, message: string): void => {
    if (LEVELS.indexOf(at) < LEVELS.indexOf(level)) return;
    const values = Object.entries(fields).map(([key, value]) => [key, plain(value)]);
    const line = { at: now().toISOString(), level: at, message, ...Object.fromEntries(values) };
    options.also?.(at, line);
    try {
      const whole = JSON.stringify(line);
      const text = `${whole.length <= MAX_LINE_CHARS ? whole : shortened(line, whole)}\n`;
      if (size > 0 && size + text.length > maxBytes) {
        renameSync(path, `${path}.1`);
        size = 0;
      }
      appendFileSync(path, text, { mode: 0o600 });
      size += text.length;
    } catch {
      // There is nowhere to say that the log cannot be written.
    }
  };
  const logger = (base: LogFields): Logger => ({
    debug: (message, fields) => write("debug", { ...base, ...fields }, message),
    info: (message, fields) => write("info", { ...base, ...fields }, message),
    warn: (message, fields) => write("warn", { ...base, ...fields }, message),
    error: (message, fields) => write("error", { ...base, ...fields }, message),
    child: fields => logger({ ...base, ...fields }),
  });
  return logger({});
}

/** Errors with all that they hold: causes and stacks are for the log alone. */
function plain(value: unknown): unknown {
  if (value instanceof AppError) {
    return { ...value.toJSON(), ...(value.cause === undefined ? {} : { cause: plain(value.cause) }) };
  }
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  return value;
}

function shortened({ at, level, message }: Readonly<Record<string, unknown>>, whole: string): string {
  return JSON.stringify({ at, level, message, shortened: whole.slice(0, MAX_LINE_CHARS / 2) });
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0; // Not there yet.
  }
}
