/**
 * The running process as an `Io`, written to by descriptor: `process.stdout` takes some ten milliseconds to set up,
 * which is most of what a short command has.
 */
import { fstatSync, readFileSync, readSync, statSync, writeSync } from "node:fs";
import type { Io, Out } from "./io.ts";

const READ_BYTES = 262_144;

/** The process's streams. Writes are synchronous and whole; a reader that has gone away is not an error. */
export function fastIo(): Io {
  return {
    env: process.env,
    cwd: process.cwd(),
    stdout: descriptor(1),
    stderr: descriptor(2),
    get stdinIsTty() {
      return isTerminal(0);
    },
    readStdin: async () => readFileSync(0, "utf8"),
    stdinChunks,
  };
}

function descriptor(fd: 1 | 2): Out {
  return {
    write: text => writeAll(fd, text),
    get isTty() {
      return isTerminal(fd);
    },
    get columns() {
      return (fd === 1 ? process.stdout.columns : process.stderr.columns) ?? 80;
    },
  };
}

/** Files, pipes and /dev/null are known without `node:tty`, which takes milliseconds to load. */
function isTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    if (!stats.isCharacterDevice()) return false;
    if (stats.rdev === statSync("/dev/null", { throwIfNoEntry: false })?.rdev) return false;
  } catch {
    return false; // The descriptor is closed.
  }
  return process.getBuiltinModule("node:tty").isatty(fd);
}

function* stdinChunks(): Generator<Uint8Array> {
  const bytes = new Uint8Array(READ_BYTES);
  for (;;) {
    try {
      const read = readSync(0, bytes);
      if (read === 0) return;
      yield bytes.subarray(0, read);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EOF") return;
      if (code !== "EAGAIN") throw error;
      // The pipe is empty and not blocking: the writer needs a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}

function writeAll(fd: number, text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      // The pipe is full and not blocking: the reader needs a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}
