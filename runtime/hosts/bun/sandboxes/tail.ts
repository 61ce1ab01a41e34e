/** Reads the event log of a run as it grows. The file is the truth: it is read in the same way alive, dead, or after a restart. */
import { type FSWatcher, watch } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { type SandboxEvent, sandboxEventSchema } from "../../../../agent-sandbox/protocol/events.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { hasErrno } from "../files.ts";

/** Between looks when the system tells of no change, which it may: short after news, longer while there is none. */
const POLL_MIN_MS = 20;
const POLL_MAX_MS = 500;
const CHUNK_BYTES = 65_536;

export interface TailOptions {
  readonly path: string;
  /** Events up to this number are passed over. */
  readonly after: number;
  readonly signal: AbortSignal;
  /** Resolves when nobody writes to the file any more. */
  readonly ended: Promise<unknown>;
}

/**
 * Yields the events in order, and ends when the file was read to its end after the writer had ended. A last line without
 * its end was never acknowledged by the writer and is not yielded.
 * @throws {AppError} corrupt when a whole line is not the next event; storage_io
 */
export async function* tailEvents(options: TailOptions): AsyncGenerator<SandboxEvent> {
  const { path, signal } = options;
  let ended = false;
  const change = createSignal();
  void options.ended.then(() => {
    ended = true;
    change.raise();
  });
  signal.addEventListener("abort", change.raise, { once: true });
  const watcher = watchQuietly(path, change.raise);
  let lines: LineReader | undefined;
  let last = 0;
  let poll = POLL_MIN_MS;
  try {
    while (!signal.aborted) {
      const final = ended;
      lines ??= await LineReader.open(path);
      for (const line of (await lines?.read()) ?? []) {
        const event = parseEvent(line, last + 1, path);
        last = event.seq;
        poll = POLL_MIN_MS;
        if (event.seq > options.after) yield event;
        if (signal.aborted) return;
      }
      if (final) return;
      if (ended) continue;
      await change.wait(poll);
      poll = Math.min(POLL_MAX_MS, poll * 2);
    }
  } finally {
    watcher?.close();
    await lines?.close();
  }
}

function parseEvent(line: string, seq: number, path: string): SandboxEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined; // Refused below.
  }
  const event = sandboxEventSchema.safeParse(value);
  if (event.success && event.data.seq === seq) return event.data;
  throw new AppError("corrupt", `Line ${seq} of ${path} is not event ${seq} of a sandbox run.`, {
    hint: "Keep the file for inspection; the run counts as lost.",
  });
}

/** Whole lines of a growing file, each once. */
class LineReader {
  readonly #file: FileHandle;
  #position = 0;
  #rest = Buffer.alloc(0);

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Undefined while the file is not there. */
  static async open(path: string): Promise<LineReader | undefined> {
    try {
      return new LineReader(await open(path, "r"));
    } catch (error) {
      if (hasErrno(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  async read(): Promise<string[]> {
    const lines: string[] = [];
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await this.#file.read(chunk, 0, CHUNK_BYTES, this.#position);
      if (bytesRead === 0) return lines;
      this.#position += bytesRead;
      let data = Buffer.concat([this.#rest, chunk.subarray(0, bytesRead)]);
      for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10)) {
        lines.push(data.toString("utf8", 0, end));
        data = data.subarray(end + 1);
      }
      this.#rest = Buffer.from(data);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Without notification, e.g. when the system has no more to give, polling alone must do. */
function watchQuietly(path: string, changed: () => void): FSWatcher | undefined {
  try {
    // The folder: the file may not be there yet.
    const watcher = watch(path.slice(0, path.lastIndexOf("/")), changed);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

interface Signal {
  readonly raise: () => void;
  /** Resolves at the next raise, at once when one came since the last wait, or after `ms`. */
  wait(ms: number): Promise<void>;
}

function createSignal(): Signal {
  let raised = false;
  let wake: (() => void) | undefined;
  return {
    raise: () => {
      raised = true;
      wake?.();
    },
    async wait(ms) {
      if (!raised) {
        await new Promise<void>(resolve => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = undefined;
      raised = false;
    },
  };
}
