/** Who this process is, for lock files: machine boot, process namespace, process id and its start time. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { ProcessPort } from "../../../../store/branch/ports.ts";

/** The identity of this process, and a test whether another one still lives. */
export function createProcessPort(): ProcessPort {
  const scope = scopeName();
  return {
    identity: `${scope}_${process.pid}_${startTime(process.pid) ?? "0"}`,
    isAlive(identity) {
      const [otherScope, pid, start] = identity.split("_");
      if (otherScope !== scope || pid === undefined || start === undefined) return undefined;
      if (!exists(Number(pid))) return false;
      const now = startTime(Number(pid));
      return now === undefined || start === "0" || now === start;
    },
  };
}

/** Names the time since this machine started; undefined where the system does not say. */
export function machineRun(): string | undefined {
  return readText("/proc/sys/kernel/random/boot_id");
}

/** Process ids mean the same only within one boot of one machine and one process namespace. */
function scopeName(): string {
  const parts = [machineRun() ?? hostname(), readLink("/proc/self/ns/pid") ?? ""].join(":");
  return Bun.hash(parts).toString(36);
}

/** Clock ticks since boot, as text; undefined where there is no /proc. */
function startTime(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined; // No /proc on this system.
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // No /proc on this system.
  }
}
