/**
 * The terminal of a run: one PTY after another, one screen, one recording, any number of viewers. It is there before
 * the first program starts and after the last one has ended.
 */
import { guardGroup } from "../process/guard.ts";
import { descendants, killMarked, signal } from "../process/tree.ts";
import type { Recorder } from "./recorder.ts";
import { createScreen, type Screen } from "./screen.ts";
import { createTyping, type Typing } from "./typing.ts";
import { createViewers, type Viewers } from "./viewers.ts";

/** Time for the last output of an ended program to arrive. */
const DRAIN_MS = 2_000;

/** Between a line and its end: programs tell a typed line end from a pasted one by it. */
const ENTER_MS = 120;

/** How a program ended; `code` is null when a signal ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A program on the PTY. */
export interface TerminalProcess {
  readonly pid: number;
  /** Resolves when the program has ended, everything below it was killed, and its output was taken. */
  readonly exited: Promise<Exit>;
  /** Asks the program to end (TERM), and kills it and all below it after the grace, in ms. */
  terminate(graceMs: number): Promise<Exit>;
}

export interface SpawnRequest {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Changes output before anybody sees it, e.g. JSON lines into words. */
  readonly filter?: ((bytes: Uint8Array) => Uint8Array) | undefined;
  /** True when the wrapper around the program must not be asked to end, only the programs in it. */
  readonly wrapped: boolean;
  /** False when a guard must end it if this process dies. */
  readonly diesWithParent: boolean;
  /** True for a program that runs while another one has the terminal: what is typed goes on to the other. */
  readonly beside?: boolean;
}

export interface RunTerminal {
  readonly screen: Screen;
  readonly viewers: Viewers;
  readonly cols: number;
  readonly rows: number;
  /** When a program last wrote something, on the clock of the options. */
  readonly lastOutput: number;
  /** @throws when the program cannot be started. */
  spawn(request: SpawnRequest): TerminalProcess;
  /** What people have typed. */
  readonly typing: Typing;
  /** A person types into the program that runs now; false when there is none. */
  input(text: string): boolean;
  /** Types a whole line and sends it; what people type meanwhile comes after it. False when no program runs. */
  type(line: string): Promise<boolean>;
  resize(cols: number, rows: number): void;
  /** Words of the sandbox itself, shown between the output of programs; LF ends a line. */
  print(text: string): void;
  /** Resolves when all output so far is on the screen and in the recording. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface TerminalOptions {
  readonly cols: number;
  readonly rows: number;
  readonly scrollback: number;
  readonly recorder: Recorder;
  /** Milliseconds on the clock of the run. */
  readonly now: () => number;
  /** Entry in the environment of every program of the run, by which they are found and ended: `NAME=value`. */
  readonly marker: string;
  /** Told the id of each process that guards programs. */
  readonly onGuard?: (pid: number) => void;
}

export function createTerminal(options: TerminalOptions): RunTerminal {
  let { cols, rows } = options;
  let pty: Bun.Terminal | undefined;
  let lastOutput = options.now();
  const screen = createScreen({
    cols,
    rows,
    scrollback: options.scrollback,
    // A primary viewer is a terminal itself and answers; without one the program would wait for ever.
    onReply: text => {
      if (!viewers.hasPrimary) pty?.write(text);
    },
  });
  const viewers = createViewers(screen);
  const typing = createTyping(options.now);
  /** What people typed while a line was typed for others. */
  let held: string[] | undefined;

  function show(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    options.recorder.output(bytes);
    screen.push(bytes);
    viewers.output(bytes);
  }

  return {
    screen,
    viewers,
    get cols() {
      return cols;
    },
    get rows() {
      return rows;
    },
    get lastOutput() {
      return lastOutput;
    },
    spawn(request) {
      let drained: () => void = () => undefined;
      const outputEnded = new Promise<void>(resolve => {
        drained = resolve;
      });
      const child = Bun.spawn([...request.argv], {
        cwd: request.cwd,
        env: { ...request.env },
        terminal: {
          cols,
          rows,
          name: "xterm-256color",
          data: (_, data) => {
            lastOutput = options.now();
            // The buffer is reused by the runtime after this call.
            const bytes = data.slice();
            show(request.filter === undefined ? bytes : request.filter(bytes));
          },
          exit: () => drained(),
        },
      });
      const mine = child.terminal;
      const beside = request.beside === true;
      if (!beside) pty = mine;
      const guard = request.diesWithParent ? undefined : guardGroup(child.pid, options.marker);
      if (guard !== undefined) options.onGuard?.(guard.pid);
      const exited = child.exited.then(async (): Promise<Exit> => {
        // What it left running: its group, and on a machine without isolation whatever got away from that.
        signal(-child.pid, "SIGKILL");
        // The other program has the same mark; whatever got away from this one is ended with that one.
        if (!beside) killMarked(options.marker);
        guard?.dismiss();
        const cut = setTimeout(drained, DRAIN_MS);
        await outputEnded;
        clearTimeout(cut);
        if (pty === mine) pty = undefined;
        mine?.close();
        return { code: child.exitCode, signal: child.signalCode === null ? null : String(child.signalCode) };
      });
      return {
        pid: child.pid,
        exited,
        async terminate(graceMs) {
          if (child.exitCode === null && child.signalCode === null) {
            askToEnd(child.pid, request.wrapped);
            const kill = setTimeout(() => killTree(child.pid), graceMs);
            await child.exited;
            clearTimeout(kill);
          }
          return await exited;
        },
      };
    },
    typing,
    input(text) {
      if (pty === undefined) return false;
      typing.typed(text);
      if (held === undefined) pty.write(text);
      else held.push(text);
      return true;
    },
    async type(line) {
      if (pty === undefined || held !== undefined) return false;
      const mine = pty;
      held = [];
      try {
        mine.write(line);
        await Bun.sleep(ENTER_MS);
        if (pty !== mine) return false;
        mine.write("\r");
        return true;
      } finally {
        const waiting = held;
        held = undefined;
        if (pty === mine) for (const text of waiting) mine.write(text);
      }
    },
    resize(nextCols, nextRows) {
      if (nextCols === cols && nextRows === rows) return;
      cols = nextCols;
      rows = nextRows;
      pty?.resize(cols, rows);
      screen.resize(cols, rows);
      viewers.resized(cols, rows);
      options.recorder.resize(cols, rows);
    },
    print(text) {
      show(Buffer.from(text.replaceAll("\n", "\r\n")));
    },
    async settled() {
      await Promise.all([screen.settled(), options.recorder.flush()]);
    },
    async close() {
      await screen.settled();
      await options.recorder.close();
      screen.dispose();
    },
  };
}

/**
 * TERM to the program. Inside a wrapper the program has a process group of its own, and only that is asked: if the
 * wrapper went first it would kill the program without any grace.
 */
function askToEnd(pid: number, wrapped: boolean): void {
  const below = descendants(pid).filter(entry => !wrapped || entry.group !== pid);
  if (below.length === 0 || !wrapped) signal(-pid, "SIGTERM");
  for (const entry of below) signal(entry.pid, "SIGTERM");
}

function killTree(pid: number): void {
  const below = descendants(pid);
  signal(-pid, "SIGKILL");
  signal(pid, "SIGKILL");
  for (const entry of below) signal(entry.pid, "SIGKILL");
}
