/** Where commands put what they found: JSON on standard output for programs, text for people, notes beside it. */
import { AppError } from "../../../store/schema/errors.ts";
import type { Io } from "../lib/io.ts";
import { printable, printableStyled, type Style, styleFor } from "../lib/style.ts";
import { present, prettyJson, SCHEMA_VERSION } from "./json.ts";

export interface Output {
  readonly json: boolean;
  readonly style: Style;
  /** The one result of a command: the payload with `--json`, else the text (nothing when it is empty). */
  emit(payload: unknown, text: () => string): void;
  /** A JSON array that comes in pages, written as it comes: the same bytes as `emit` of the whole. For `--json` only. */
  emitPages(pages: AsyncIterable<readonly unknown[]>): Promise<void>;
  /**
   * A JSON object of which some members are arrays that come in pages, written as they come, in the order of the keys:
   * the same bytes as `emit` of the whole. For `--json` only.
   */
  emitMembers(members: Readonly<Record<string, unknown>>): Promise<void>;
  /** Text only, also when asked for JSON: ids of `--silent`, exports, completions. */
  raw(text: string): void;
  /** As `raw`, of a long text that comes in small pieces. */
  rawPieces(pieces: Iterable<string>): void;
  /** A note for people, on standard error; not with `--quiet` or `--json`. */
  note(text: string): void;
  /** Something that went wrong without stopping the command, on standard error. */
  warn(text: string): void;
}

const CHARACTERS_PER_WRITE = 65_536;

/** Output over the streams of `io`. */
export function createOutput(io: Io, options: { readonly json: boolean; readonly quiet: boolean }): Output {
  const style = styleFor(io, io.stdout);
  const envelope = io.env.BD_JSON_ENVELOPE === "1";
  return {
    json: options.json,
    style,
    emit(payload, text) {
      if (options.json) return io.stdout.write(prettyJson(present(payload, envelope)));
      if (options.quiet) return;
      const lines = style.enabled ? printableStyled(text()) : printable(text());
      if (lines !== "") io.stdout.write(lines.endsWith("\n") ? lines : `${lines}\n`);
    },
    async emitPages(pages) {
      if (envelope) {
        const all: unknown[] = [];
        for await (const page of pages) all.push(...page);
        io.stdout.write(prettyJson(present(all, true)));
        return;
      }
      let first = true;
      for await (const page of pages) {
        if (page.length === 0) continue;
        // An array is "[\n", its items, "\n]\n": the items of all pages make one array.
        io.stdout.write(`${first ? "[\n" : ",\n"}${prettyJson(page).slice(2, -3)}`);
        first = false;
      }
      io.stdout.write(first ? "[]\n" : "\n]\n");
    },
    async emitMembers(members) {
      const { writeMembers } = await import("./json-members.ts");
      await writeMembers(io.stdout, members, envelope);
    },
    raw: text => io.stdout.write(text),
    rawPieces(pieces) {
      let text = "";
      for (const piece of pieces) {
        text += piece;
        if (text.length < CHARACTERS_PER_WRITE) continue;
        io.stdout.write(text);
        text = "";
      }
      io.stdout.write(text);
    },
    note(text) {
      if (!options.quiet && !options.json) io.stderr.write(`${text}\n`);
    },
    warn: text => io.stderr.write(`${printable(text)}\n`),
  };
}

/**
 * A failure: with `--json` the object on standard output and one line on standard error, else the line alone.
 * `data.json` of the error replaces the object.
 */
export function printFailure(io: Io, error: AppError, json: boolean): void {
  const style = styleFor(io, io.stderr);
  if (json) {
    const own = error.data?.json;
    const body = typeof own === "object" && own !== null ? own : { error: error.message, ...hintOf(error) };
    const envelope = io.env.BD_JSON_ENVELOPE === "1";
    const payload = envelope ? { schema_version: SCHEMA_VERSION, data: body } : present(body, false);
    io.stdout.write(prettyJson(payload));
  }
  io.stderr.write(`${style.red("Error:")} ${printable(error.message)}\n`);
  if (!json && error.hint !== undefined) io.stderr.write(`Hint: ${printable(error.hint)}\n`);
}

/** An error that ends the command with an exit code of its own, and optionally a JSON object of its own. */
export function failure(
  message: string,
  options: { readonly exit?: number; readonly hint?: string; readonly json?: Record<string, unknown> } = {},
): AppError {
  return new AppError("invalid_argument", message, {
    hint: options.hint,
    data: { exit: options.exit ?? 1, ...(options.json === undefined ? {} : { json: options.json }) },
  });
}

/** The exit code that an error asks for; 1 for all others, as `bd` has it. */
export function bdExitCode(error: AppError): number {
  const exit = error.data?.exit;
  return typeof exit === "number" ? exit : 1;
}

function hintOf(error: AppError): { hint?: string } {
  return error.hint === undefined ? {} : { hint: error.hint };
}
