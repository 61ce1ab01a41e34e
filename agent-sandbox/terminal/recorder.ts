/**
 * Records a terminal as asciicast v2, appended in batches, up to a size. Recording is a convenience: when it cannot be
 * written it ends with a word to `onEnd`, and the terminal goes on.
 */
import { open } from "node:fs/promises";

const FLUSH_MS = 100;

export interface Recorder {
  output(bytes: Uint8Array): void;
  resize(cols: number, rows: number): void;
  /** Resolves when all that was recorded so far is in the file. */
  flush(): Promise<void>;
  /** Writes what is left and closes the file. */
  close(): Promise<void>;
}

export interface RecorderOptions {
  readonly path: string;
  readonly cols: number;
  readonly rows: number;
  /** Size of the file in bytes at which recording ends. */
  readonly limit: number;
  readonly now: () => Date;
  readonly title: string;
  readonly onEnd: (reason: string) => void;
}

/** Opens a new recording, or goes on with the one at the same path. */
export async function createRecorder(options: RecorderOptions): Promise<Recorder> {
  const file = await open(options.path, "a+", 0o600);
  const before = await file.readFile("utf8");
  const whole = before.slice(0, before.lastIndexOf("\n") + 1);
  let size = Buffer.byteLength(whole);
  // A line that a crash tore would make the rest unreadable.
  if (whole.length < before.length) await file.truncate(size);
  const started = startOf(whole) ?? options.now().getTime();
  const decoder = new TextDecoder();
  let lines: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing: Promise<void> = Promise.resolve();
  let ended = false;

  const elapsed = (): number => Math.round(options.now().getTime() - started) / 1_000;

  function add(line: string): void {
    if (ended) return;
    if (size + line.length > options.limit) {
      lines.push(`${JSON.stringify([elapsed(), "m", "The recording reached its size limit."])}\n`);
      end(`The recording of the terminal ended at its limit of ${options.limit} bytes.`);
    } else {
      lines.push(line);
      size += Buffer.byteLength(line);
    }
    timer ??= setTimeout(flush, FLUSH_MS);
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const batch = lines.join("");
    lines = [];
    if (batch === "") return;
    writing = writing
      .then(() => file.appendFile(batch))
      .catch((error: unknown) => end(`The recording of the terminal ended: ${String(error)}`));
  }

  function end(reason: string): void {
    if (ended) return;
    ended = true;
    options.onEnd(reason);
  }

  if (size === 0) {
    add(
      `${JSON.stringify({
        version: 2,
        width: options.cols,
        height: options.rows,
        timestamp: Math.floor(started / 1_000),
        title: options.title,
        env: { TERM: "xterm-256color", SHELL: "/bin/sh" },
      })}\n`,
    );
  } else {
    add(`${JSON.stringify([elapsed(), "m", "Continued by a new process."])}\n`);
  }

  return {
    output(bytes) {
      const text = decoder.decode(bytes, { stream: true });
      if (text !== "") add(`${JSON.stringify([elapsed(), "o", text])}\n`);
    },
    resize(cols, rows) {
      add(`${JSON.stringify([elapsed(), "r", `${cols}x${rows}`])}\n`);
    },
    async flush() {
      flush();
      await writing;
    },
    async close() {
      flush();
      await writing;
      await file.close();
    },
  };
}

/** Epoch ms at which a recording began, by its header. */
function startOf(recording: string): number | undefined {
  try {
    const header: unknown = JSON.parse(recording.slice(0, recording.indexOf("\n")));
    if (typeof header !== "object" || header === null || !("timestamp" in header)) return undefined;
    return typeof header.timestamp === "number" ? header.timestamp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
