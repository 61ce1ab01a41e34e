/** What every command of `gt` is given. */
import type { Flags } from "../lib/args.ts";
import type { Io } from "../lib/io.ts";
import { type Style, styleFor } from "../lib/style.ts";
import { connectTown, type TownClient } from "../lib/town-client.ts";
import { findTownDir } from "../lib/town-folder.ts";

export interface GtContext {
  readonly io: Io;
  /** `--json` was given: one JSON value on standard output and nothing else. */
  readonly json: boolean;
  readonly style: Style;
  /** Folder of the town that is meant. */
  readonly townDir: string;
  /** A client for it. @throws {AppError} unavailable when it is not up */
  client(): TownClient;
  /** Epoch milliseconds. */
  now(): number;
  /** The answer: as JSON, or as lines for a person. */
  print(value: unknown, lines: () => readonly string[]): void;
  /** Words for a person that are no answer, on standard error; left out with `--quiet`. */
  note(line: string): void;
}

/** Flags that every command understands. */
export const GLOBAL_FLAGS = {
  json: { type: "boolean", summary: "print JSON" },
  town: {
    type: "string",
    value: "folder",
    complete: "directory",
    summary: "the town's folder, or https://HOST/NAME (else $GASTOWN_TOWN, the one around here, ~/gt)",
  },
  quiet: { type: "boolean", short: "q", summary: "only the answer, no remarks" },
  help: { type: "boolean", short: "h", summary: "show help" },
} as const satisfies Flags;

/** Makes the context of one call. */
export function createContext(io: Io, globals: Readonly<Record<string, unknown>>): GtContext {
  const flag = typeof globals.town === "string" ? globals.town : undefined;
  const json = globals.json === true;
  return {
    io,
    json,
    style: styleFor(io, io.stdout),
    get townDir() {
      return findTownDir(io, flag);
    },
    client: () => connectTown(io, flag),
    now: () => Date.now(),
    print(value, lines) {
      const text = json ? [JSON.stringify(value, null, io.stdout.isTty ? 2 : undefined)] : lines();
      if (text.length > 0) io.stdout.write(`${text.join("\n")}\n`);
    },
    note(line) {
      if (globals.quiet !== true && !json) io.stderr.write(`${line}\n`);
    },
  };
}
