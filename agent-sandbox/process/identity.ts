/** Who a process is: its id alone may be reused, together with its start time it is unique on a machine. */
import { readFileSync } from "node:fs";

/**
 * Start time of a process: clock ticks since boot on Linux, the text of `ps -o lstart=` as epoch seconds elsewhere.
 * Undefined when there is no such process.
 */
export function processStart(pid: number): string | undefined {
  if (process.platform === "linux") return statFields(pid)?.[19];
  const ps = Bun.spawnSync(["ps", "-o", "lstart=", "-p", String(pid)], { env: { LC_ALL: "C" } });
  const started = Date.parse(ps.stdout.toString().trim());
  return Number.isNaN(started) ? undefined : String(started / 1_000);
}

/** Fields of `/proc/<pid>/stat` after the command name: state, parent, process group, session, ... */
export function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command name may hold spaces and parentheses; the last one closes it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
