/**
 * Loaded before `bd`: one call of those that change the disk fails, or all from it on.
 * `FAULT=<kind>:<number>`: the number of the call, from 1, and what happens there:
 * `full` (this and all later writes: ENOSPC), `error` (EIO, once), `torn` (half of it is written, then the process is gone),
 * `dead` (the process is gone before it). `FAULT_LOG` names a file that gets a line when it happened.
 */
import fs from "node:fs";

const [kind = "", wanted = "0"] = (process.env.FAULT ?? "").split(":");
const log = process.env.FAULT_LOG ?? "";
const write = fs.writeSync;
const real = { ...fs };
let calls = 0;

function failure(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}

function die(): never {
  process.kill(process.pid, "SIGKILL");
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
}

/** Counts a call; throws, or ends the process, when it is the one. @param torn does half of it @param grows it needs room */
function count(torn: () => void, grows: boolean): void {
  calls++;
  const here = calls === Number(wanted);
  if (!here && !(kind === "full" && calls > Number(wanted) && grows)) return;
  if (here) real.writeFileSync(log, `${kind}\n`);
  if (kind === "full" && grows) throw failure("ENOSPC", "no space left on device");
  if (kind === "error" && here) throw failure("EIO", "i/o error");
  if (kind === "torn" && here) {
    torn();
    die();
  }
  if (kind === "dead" && here) die();
}

/** Output to the terminal is no change of the disk. */
const isDisk = (fd: number): boolean => fd > 2;

Object.assign(fs, {
  writeSync(fd: number, data: Uint8Array, ...rest: number[]): number {
    const [offset = 0, length = data.length - offset] = rest;
    const half = () => void write(fd, data, offset, Math.floor(length / 2));
    if (isDisk(fd)) count(half, true);
    return write(fd, data, offset, length);
  },
  appendFileSync(path: string, data: Uint8Array): void {
    count(() => real.appendFileSync(path, data.subarray(0, Math.floor(data.length / 2))), true);
    real.appendFileSync(path, data);
  },
  openSync(path: string, flags: string, mode?: number): number {
    if (flags !== "r") count(() => undefined, true);
    return real.openSync(path, flags, mode);
  },
  renameSync(from: string, to: string): void {
    count(() => undefined, false);
    real.renameSync(from, to);
  },
  linkSync(from: string, to: string): void {
    count(() => undefined, true);
    real.linkSync(from, to);
  },
  unlinkSync(path: string): void {
    count(() => undefined, false);
    real.unlinkSync(path);
  },
  fsync(fd: number, done: (error: Error | null) => void): void {
    try {
      count(() => undefined, false);
    } catch (error) {
      done(error instanceof Error ? error : null);
      return;
    }
    real.fsync(fd, done);
  },
});
