/** Ending processes that are ours: by id and start time, with everything below them; never by a name. */
import { readdirSync, readFileSync } from "node:fs";
import { isAlive, statFields } from "./identity.ts";

const POLL_MS = 20;

/** Ends a process with all below it, and resolves when it is gone. Does nothing when the id belongs to another one by now. */
export async function killTree(pid: number, start: string): Promise<void> {
  if (!isAlive(pid, start)) return;
  // A session leader that is stopped cannot start more while its children are listed.
  send(pid, "SIGSTOP");
  const below = descendants(pid);
  send(-pid, "SIGKILL");
  send(pid, "SIGKILL");
  for (const child of below) {
    send(-child, "SIGKILL");
    send(child, "SIGKILL");
  }
  while (isAlive(pid, start)) await Bun.sleep(POLL_MS);
}

/** Sends a signal to this process, unless it is gone or its id belongs to another one. */
export function signalProcess(pid: number, start: string, signal: NodeJS.Signals): void {
  if (isAlive(pid, start)) send(pid, signal);
}

/** Sends a signal to this process and all below it, parents first; nothing when its id belongs to another one by now. */
export function signalTree(pid: number, start: string, signal: NodeJS.Signals): void {
  if (!isAlive(pid, start)) return;
  for (const one of [pid, ...descendants(pid)]) send(one, signal);
}

/** True when the process was stopped by a signal. Linux only; elsewhere it is not known. */
export function isStopped(pid: number): boolean {
  return statFields(pid)?.[0] === "T";
}

/** Ids of processes whose environment has this entry, e.g. `GASTOWN_RUN_ID=...`. Linux only; elsewhere none is found. */
export function processesWith(entry: string): number[] {
  return allProcesses()
    .map(({ pid }) => pid)
    .filter(pid => pid !== process.pid && environment(pid).includes(entry));
}

/** Ends all processes whose environment has this entry. */
export function killMarked(entry: string): void {
  for (const pid of processesWith(entry)) send(pid, "SIGKILL");
}

/** True when the process leads a session of its own, as sandbox processes do and their children do not. */
export function leadsSession(pid: number): boolean {
  return statFields(pid)?.[3] === String(pid);
}

function descendants(root: number): number[] {
  const all = allProcesses();
  const found = new Set([root]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { pid, parent } of all) {
      if (!found.has(parent) || found.has(pid)) continue;
      found.add(pid);
      grew = true;
    }
  }
  found.delete(root);
  return [...found];
}

function allProcesses(): { pid: number; parent: number }[] {
  if (process.platform !== "linux") {
    const ps = Bun.spawnSync(["ps", "-axo", "pid=,ppid="]).stdout.toString();
    return [...ps.matchAll(/^\s*(\d+)\s+(\d+)\s*$/gm)].map(([, pid, parent]) => ({
      pid: Number(pid),
      parent: Number(parent),
    }));
  }
  return readdirSync("/proc").flatMap(name => {
    const fields = /^\d+$/.test(name) ? statFields(Number(name)) : undefined;
    return fields === undefined ? [] : [{ pid: Number(name), parent: Number(fields[1]) }];
  });
}

function environment(pid: number): string[] {
  if (process.platform !== "linux") return [];
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return []; // It has ended, or belongs to somebody else.
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended, or leads no group.
  }
}
