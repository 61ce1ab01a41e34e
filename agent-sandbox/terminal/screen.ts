/**
 * The screen and scrollback of a terminal, held by a headless xterm. It is fed lazily: output waits in a queue, which
 * is worked off in slices, in order with resizes and snapshots. Under a flood the oldest waiting output is skipped.
 */
import { SerializeAddon } from "@xterm/addon-serialize";
import { Terminal } from "@xterm/headless";
import { createSequenceTracker } from "./sequences.ts";

/** Waiting output above this is worked off at once; less waits for `LAZY_MS`. */
const EAGER_BYTES = 65_536;
const LAZY_MS = 25;
const SLICE_BYTES = 131_072;
/** Waiting output above this is skipped ahead to its last `KEEP_BYTES`. */
const FLOOD_BYTES = 8_388_608;
const KEEP_BYTES = 4_194_304;

/** A screen as text that draws it, and output of which only the beginning has come: it is to be sent behind it. */
export interface Snapshot {
  readonly text: string;
  readonly tail: Uint8Array;
  readonly cols: number;
  readonly rows: number;
}

export interface Screen {
  readonly title: string;
  /** The program has asked for pastes to be marked: it edits a line, and does not take each line end for an order. */
  readonly takesPaste: boolean;
  /** Output that came after all that came before. */
  push(bytes: Uint8Array): void;
  resize(cols: number, rows: number): void;
  /** Calls back, in the same tick, with the screen as all that was pushed before this call leaves it. */
  snapshot(take: (snapshot: Snapshot) => void): void;
  /** The last `lines` lines of text above the cursor, without colours. */
  tail(lines: number): Promise<string>;
  /** Resolves when everything pushed so far is on the screen. */
  settled(): Promise<void>;
  dispose(): void;
}

type Entry =
  | { readonly kind: "bytes"; bytes: Uint8Array }
  | { readonly kind: "resize"; readonly cols: number; readonly rows: number }
  | { readonly kind: "call"; readonly run: () => void };

export interface ScreenOptions {
  readonly cols: number;
  readonly rows: number;
  readonly scrollback: number;
  /** Answers of the terminal to questions of the program (cursor position, device attributes). */
  readonly onReply: (text: string) => void;
}

export function createScreen(options: ScreenOptions): Screen {
  const terminal = new Terminal({
    cols: options.cols,
    rows: options.rows,
    scrollback: options.scrollback,
    allowProposedApi: true,
  });
  const serializer = new SerializeAddon();
  // SAFETY: the addon is typed for @xterm/xterm, whose buffer API the headless terminal implements.
  terminal.loadAddon(serializer as unknown as Parameters<typeof terminal.loadAddon>[0]);
  const tracker = createSequenceTracker();
  let title = "";
  let queue: Entry[] = [];
  let queued = 0;
  let held: Uint8Array = new Uint8Array(0);
  let feeding = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let disposed = false;
  terminal.onTitleChange(next => {
    title = next;
  });
  terminal.onData(options.onReply);

  function work(): void {
    clearTimeout(timer);
    timer = undefined;
    if (feeding || disposed) return;
    for (;;) {
      const entry = queue[0];
      if (entry === undefined) return;
      if (entry.kind === "bytes") {
        const slice = takeSlice(entry);
        const cut = tracker.push(slice);
        const ready =
          held.length > 0 ? Buffer.concat([held, slice.subarray(0, cut)]) : slice.subarray(0, cut);
        if (cut === 0) {
          held = Buffer.concat([held, slice]);
          continue;
        }
        held = slice.slice(cut);
        feeding = true;
        terminal.write(ready, () => {
          feeding = false;
          work();
        });
        return;
      }
      queue.shift();
      if (entry.kind === "resize") terminal.resize(entry.cols, entry.rows);
      else entry.run();
    }
  }

  function takeSlice(entry: { bytes: Uint8Array }): Uint8Array {
    const slice = entry.bytes.subarray(0, SLICE_BYTES);
    queued -= slice.length;
    if (slice.length === entry.bytes.length) queue.shift();
    else entry.bytes = entry.bytes.subarray(SLICE_BYTES);
    return slice;
  }

  function wake(now: boolean): void {
    if (feeding || disposed) return;
    if (now) work();
    else timer ??= setTimeout(work, LAZY_MS);
  }

  /** Replaces the oldest waiting output by what still matters of it, up to the beginning of a line. */
  function skipAhead(): void {
    const kept: Entry[] = [];
    let skip = queued - KEEP_BYTES;
    let aligned = false;
    for (const entry of queue) {
      if (entry.kind !== "bytes" || aligned) {
        kept.push(entry);
        continue;
      }
      const count = Math.min(skip, entry.bytes.length);
      skip -= count;
      const parts: Uint8Array[] = [tracker.digest(entry.bytes.subarray(0, count))];
      let rest = entry.bytes.subarray(count);
      if (skip === 0) {
        const past = rest.length > 0 ? tracker.pastLine(rest) : -1;
        if (past >= 0) {
          aligned = true;
          rest = rest.subarray(past);
          kept.push({ kind: "bytes", bytes: Buffer.concat([...parts, rest]) });
          continue;
        }
      }
      const digest = Buffer.concat(parts);
      if (digest.length > 0) kept.push({ kind: "bytes", bytes: digest });
    }
    held = new Uint8Array(0);
    queue = kept;
    queued = kept.reduce((sum, entry) => sum + (entry.kind === "bytes" ? entry.bytes.length : 0), 0);
  }

  const call = (run: () => void): void => {
    queue.push({ kind: "call", run });
    wake(true);
  };

  return {
    get title() {
      return title;
    },
    get takesPaste() {
      return terminal.modes.bracketedPasteMode;
    },
    push(bytes) {
      queue.push({ kind: "bytes", bytes });
      queued += bytes.length;
      if (queued > FLOOD_BYTES) skipAhead();
      wake(queued > EAGER_BYTES);
    },
    resize(cols, rows) {
      queue.push({ kind: "resize", cols, rows });
      wake(false);
    },
    snapshot(take) {
      call(() =>
        take({
          text: serializer.serialize({ scrollback: options.scrollback }),
          tail: held,
          cols: terminal.cols,
          rows: terminal.rows,
        }),
      );
    },
    tail: lines =>
      new Promise(resolve => {
        call(() => {
          const buffer = terminal.buffer.active;
          const texts: string[] = [];
          for (let row = buffer.baseY + buffer.cursorY; row >= 0 && texts.length < lines; row -= 1) {
            const text = buffer.getLine(row)?.translateToString(true) ?? "";
            if (text !== "" || texts.length > 0) texts.unshift(text);
          }
          resolve(texts.join("\n"));
        });
      }),
    settled: () => new Promise(resolve => call(resolve)),
    dispose() {
      disposed = true;
      clearTimeout(timer);
      terminal.dispose();
    },
  };
}
