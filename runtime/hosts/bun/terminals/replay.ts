/** The terminal of a run that has ended: its recording played to the end on a screen without a window. */
import { readFileSync } from "node:fs";
import { SerializeAddon } from "@xterm/addon-serialize";
import { Terminal } from "@xterm/headless";
import { AppError } from "../../../../store/schema/errors.ts";
import type { TerminalSession } from "../../../gateway/deps.ts";
import { fileError, hasErrno } from "../files.ts";
import { holdSession } from "./held-session.ts";

const SCROLLBACK_LINES = 5_000;
const MAX_SIZE = 1_000;

/** How the run ended, for the last frame. */
export interface RunEnd {
  readonly code: number | null;
  readonly reason: string;
}

/** Same frames as live: attached, the whole as one piece of output, ended. @throws {AppError} not_found, storage_io */
export async function openReplay(path: string, end: RunEnd): Promise<TerminalSession> {
  const screen = await play(read(path));
  const held = holdSession({ send: () => undefined, close: () => undefined });
  const { cols, rows, title, text } = screen;
  held.frame({ type: "attached", cols, rows, primary: false, live: false, title });
  held.data(new TextEncoder().encode(text));
  held.frame({ type: "ended", ...end });
  return held.session;
}

interface Screen {
  readonly cols: number;
  readonly rows: number;
  readonly title: string;
  readonly text: string;
}

async function play(recording: string): Promise<Screen> {
  const [first = "", ...lines] = recording.split("\n");
  const header = parseLine(first);
  const { width, height, title } = isRecord(header) ? header : {};
  const terminal = new Terminal({
    cols: size(width, 80),
    rows: size(height, 24),
    scrollback: SCROLLBACK_LINES,
    allowProposedApi: true,
  });
  const serializer = new SerializeAddon();
  // SAFETY: the addon is typed for @xterm/xterm, whose buffer API the headless terminal implements.
  terminal.loadAddon(serializer as unknown as Parameters<typeof terminal.loadAddon>[0]);
  try {
    let pending: string[] = [];
    const flush = async (): Promise<void> => {
      const text = pending.join("");
      pending = [];
      if (text !== "") await new Promise<void>(resolve => terminal.write(text, resolve));
    };
    for (const line of lines) {
      const entry = parseLine(line);
      if (!Array.isArray(entry) || typeof entry[2] !== "string") continue;
      if (entry[1] === "o") pending.push(entry[2]);
      if (entry[1] !== "r") continue;
      await flush();
      const [cols, rows] = entry[2].split("x").map(Number);
      terminal.resize(size(cols, terminal.cols), size(rows, terminal.rows));
    }
    await flush();
    return {
      cols: terminal.cols,
      rows: terminal.rows,
      title: typeof title === "string" ? title : "",
      text: serializer.serialize({ scrollback: SCROLLBACK_LINES }),
    };
  } finally {
    terminal.dispose();
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (hasErrno(cause, "ENOENT")) throw new AppError("not_found", "The run has no recording.", { cause });
    throw fileError(cause, path);
  }
}

/** A line torn by a crash is passed over. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function size(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value <= MAX_SIZE
    ? value
    : otherwise;
}
