/** Who a process is: its id may be reused, together with its start time and the boot of the machine it is unique. */
import { readFileSync } from "node:fs";

/** Identifies the boot of this machine; elsewhere than on Linux the time of it, in seconds. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    const out = Bun.spawnSync(["sysctl", "-n", "kern.boottime"]).stdout.toString();
    return /sec = (\d+)/.exec(out)?.[1] ?? "unknown";
  }
}

/**
 * Start time of a process: clock ticks since boot on Linux, the time that `ps` gives in epoch seconds elsewhere.
 * Undefined when there is no such process, or when it has ended and only waits to be reaped.
 */
export function processStart(pid: number): string | undefined {
  if (process.platform === "linux") {
    const fields = statFields(pid);
    return fields?.[0] === "Z" || fields?.[0] === "X" ? undefined : fields?.[19];
  }
  const ps = Bun.spawnSync(["ps", "-o", "state=,lstart=", "-p", String(pid)], { env: { LC_ALL: "C" } });
  const [state = "Z", ...rest] = ps.stdout.toString().trim().split(/\s+/);
  const started = Date.parse(rest.join(" "));
  return state.startsWith("Z") || Number.isNaN(started) ? undefined : String(started / 1_000);
}

/** True when this very process runs still. */
export function isAlive(pid: number, start: string): boolean {
  return processStart(pid) === start;
}

/** Fields of `/proc/<pid>/stat` after the command name: state, parent, process group, session, ... */
export function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command name may hold spaces and parentheses; the last one closes it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined; // It has ended.
  }
}
