/**
 * The append-only event log of a run. An event is numbered when it is appended and is told to listeners, and to the
 * caller, only once it is on disk; events that matter are synced. A last line torn by a crash is cut off on opening.
 */
import { type FileHandle, open } from "node:fs/promises";
import { AppError } from "../../store/schema/errors.ts";
import { type NewSandboxEvent, type SandboxEvent, sandboxEventSchema } from "../protocol/events.ts";

/** Events that may be lost in a power cut without harm; all others are synced before they count. */
const UNSYNCED: ReadonlySet<SandboxEvent["type"]> = new Set(["activity", "note", "usage"]);
const RETRY_MS = 1_000;

export interface EventLog {
  /** Number of the last event on disk; 0 for none. */
  readonly lastSeq: number;
  /** Resolves with the numbered event when it is on disk. A full disk is waited out, in order. */
  append(event: NewSandboxEvent): Promise<SandboxEvent>;
  /** Events on disk with a number above `seq`, oldest first. */
  after(seq: number): readonly SandboxEvent[];
  /** Tells every event once it is on disk; the answer ends the subscription. */
  subscribe(listener: (event: SandboxEvent) => void): () => void;
  /** Waits for what was appended, then closes the file. */
  close(): Promise<void>;
}

interface Waiting {
  readonly event: NewSandboxEvent;
  readonly resolve: (event: SandboxEvent) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens or makes the log at `path`.
 * @throws {AppError} corrupt when a line other than the last is not an event.
 */
export async function openEventLog(path: string, now: () => Date): Promise<EventLog> {
  const file = await open(path, "a+", 0o600);
  const text = await file.readFile("utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  let events: SandboxEvent[];
  try {
    events = parseLines(whole, path);
  } catch (error) {
    await file.close();
    throw error;
  }
  let size = Buffer.byteLength(whole);
  if (whole.length !== text.length) await file.truncate(size);

  const listeners = new Set<(event: SandboxEvent) => void>();
  let waiting: Waiting[] = [];
  let writing = false;
  let written: Promise<void> = Promise.resolve();
  let closed = false;

  function tell(event: SandboxEvent): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch {
        // Its connection is gone; whoever it was reads on from the last number that it has.
        listeners.delete(listener);
      }
    }
  }

  async function drain(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const at = now().toISOString();
      const numbered = batch.map(({ event }, index) =>
        sandboxEventSchema.safeParse({ ...event, seq: events.length + index + 1, at }),
      );
      const good = numbered.flatMap(result => (result.success ? [result.data] : []));
      if (good.length < batch.length) {
        // A malformed event takes no number; the others of the batch are tried again without it.
        batch.forEach((entry, index) => {
          const result = numbered[index];
          if (result?.success) waiting.push(entry);
          else
            entry.reject(
              new AppError("internal", "An event does not fit its schema.", { cause: result?.error }),
            );
        });
        continue;
      }
      size = await writeDurably(file, good, size);
      good.forEach((event, index) => {
        events.push(event);
        batch[index]?.resolve(event);
        tell(event);
      });
    }
    // In the same tick as the check above: what is appended from here on starts a new round.
    writing = false;
  }

  return {
    get lastSeq() {
      return events.length;
    },
    append(event) {
      if (closed) return Promise.reject(new AppError("gone", "The event log is closed."));
      return new Promise((resolve, reject) => {
        waiting.push({ event, resolve, reject });
        if (!writing) written = drain();
      });
    },
    after: seq => events.slice(seq),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      await written;
      await file.close();
    },
  };
}

/** Writes at offset `size` and answers the new size; what a failed write left behind is cut off before it is repeated. */
async function writeDurably(
  file: FileHandle,
  events: readonly SandboxEvent[],
  size: number,
): Promise<number> {
  const bytes = Buffer.from(events.map(event => `${JSON.stringify(event)}\n`).join(""));
  for (;;) {
    try {
      await file.appendFile(bytes);
      if (events.some(event => !UNSYNCED.has(event.type))) await file.datasync();
      return size + bytes.length;
    } catch {
      // The log is the only memory of the run: nothing goes on before it can be written again.
      await file.truncate(size).catch(() => undefined);
      await Bun.sleep(RETRY_MS);
    }
  }
}

function parseLines(text: string, path: string): SandboxEvent[] {
  const lines = text === "" ? [] : text.trimEnd().split("\n");
  return lines.map((line, index) => {
    const event = sandboxEventSchema.safeParse(safeJson(line));
    if (event.success && event.data.seq === index + 1) return event.data;
    throw new AppError(
      "corrupt",
      `Line ${index + 1} of ${path} is not event ${index + 1} of a sandbox run.`,
      {
        hint: "Keep the file for inspection and start a new run.",
      },
    );
  });
}

function safeJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
