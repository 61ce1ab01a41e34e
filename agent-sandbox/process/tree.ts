/** The processes below one that we started. Ended by id, as groups; never guessed from a name. */
import { readdirSync, readFileSync } from "node:fs";
import { statFields } from "./identity.ts";

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** As the system calls it: `R` runs, `S` sleeps, `T` is stopped, ... */
  readonly state: string;
}

/** Living descendants of `pid`, without itself. Sees into PID namespaces on Linux. */
export function descendants(pid: number): ProcessEntry[] {
  const all = process.platform === "linux" ? fromProc() : fromPs();
  const found: ProcessEntry[] = [];
  const parents = new Set([pid]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const entry of all) {
      if (parents.has(entry.parent) && !parents.has(entry.pid)) {
        parents.add(entry.pid);
        found.push(entry);
        grew = true;
      }
    }
  }
  return found;
}

/** Processor time of what lives below `pid` now, in milliseconds; undefined where the system does not tell it. */
export function processorTime(pid: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  // Times are in clock ticks, of which Linux tells programs that there are 100 in a second. Ended children count with their parents.
  return descendants(pid).reduce((sum, entry) => {
    const fields = statFields(entry.pid) ?? [];
    const ticks = [11, 12, 13, 14].reduce((all, at) => all + (Number(fields[at]) || 0), 0);
    return sum + ticks * 10;
  }, 0);
}

/** Every other process whose environment carries this entry, e.g. `GASTOWN_RUN_ID=...`; none elsewhere than on Linux. */
export function marked(entry: string): ProcessEntry[] {
  if (process.platform !== "linux") return [];
  return fromProc().filter(({ pid }) => pid !== process.pid && environment(pid).includes(entry));
}

/** Kills every other process whose environment carries this entry; Linux only. */
export function killMarked(entry: string): void {
  for (const { pid } of marked(entry)) signal(pid, "SIGKILL");
}

function environment(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/** Sends a signal; false when the process (or, for a negative id, the group) is gone already. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

function fromProc(): ProcessEntry[] {
  return readdirSync("/proc").flatMap(name => {
    const pid = Number(name);
    if (!Number.isInteger(pid)) return [];
    const fields = statFields(pid);
    if (fields === undefined || fields[0] === "Z") return [];
    return [{ pid, parent: Number(fields[1]), group: Number(fields[2]), state: fields[0] ?? "" }];
  });
}

function fromPs(): ProcessEntry[] {
  const ps = Bun.spawnSync(["ps", "-axo", "pid=,ppid=,pgid=,state="]);
  return ps.stdout
    .toString()
    .split("\n")
    .flatMap(line => {
      const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)/.exec(line);
      if (match === null) return [];
      const [, pid, parent, group, state = ""] = match;
      return [{ pid: Number(pid), parent: Number(parent), group: Number(group), state }];
    });
}
