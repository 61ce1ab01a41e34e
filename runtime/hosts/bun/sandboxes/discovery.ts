/** Finds the process of a run that this process did not start itself: by its notes, by itself, or by its mark. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Logger } from "../../../../actors/kernel/logger.ts";
import { AppError, hasCode } from "../../../../store/schema/errors.ts";
import { processStart } from "../process/identity.ts";
import { killTree, leadsSession, processesWith } from "../process/tree.ts";
import { control } from "./control.ts";
import { SANDBOX_ENV } from "./launch.ts";
import { livingProcess, type ProcessId, processOf, readLaunch } from "./records.ts";
import type { RunRef } from "./runs.ts";

/** The process of a run, alive or not; undefined when it was started in another boot, or never. */
export function findProcess(ref: RunRef, boot: string): ProcessId | undefined {
  const note = readLaunch(ref.dir);
  if (note === undefined || note.run_id !== ref.run_id || note.boot !== boot) return undefined;
  return processOf(ref.dir, note) ?? findByMark(ref.run_id);
}

/** True when there was a process of this run, or is: then it is followed, and never started a second time. */
export function wasStarted(ref: RunRef): boolean {
  const note = readLaunch(ref.dir);
  if (note === undefined || note.run_id !== ref.run_id) return false;
  return processOf(ref.dir, note) !== undefined || findByMark(ref.run_id) !== undefined;
}

/** Asks the process who it is; one that does not answer yet is what its id and start time say. */
export async function isThatRun(ref: RunRef, found: ProcessId, log: Logger): Promise<boolean> {
  try {
    const { identity } = await control.status(ref);
    return identity.run_id === ref.run_id && identity.pid === found.pid;
  } catch (error) {
    if (hasCode(error, "stale_generation")) return false;
    log.debug("sandbox does not answer yet", { container: ref.container, error });
    return true;
  }
}

/**
 * Ends earlier runs of the same agent that were left alive by a host that died: there is one at a time.
 * @throws {AppError} stale_generation when a later one lives
 */
export async function endOtherRuns(ref: RunRef, boot: string, log: Logger): Promise<void> {
  for (const dir of siblings(ref.dir)) {
    const other = livingProcess(dir, boot);
    if (other === undefined || other.launch.container !== ref.container) continue;
    if (other.launch.generation > ref.generation) {
      throw staleGeneration(ref.container, ref.generation, other.launch.generation);
    }
    log.warn("ending an earlier run that was left alive", { container: ref.container, pid: other.pid });
    await killTree(other.pid, other.pid_start);
  }
}

/** The refusal of a run that a later one has taken the place of. */
export function staleGeneration(container: string, asked: number, known: number): AppError {
  return new AppError(
    "stale_generation",
    `${container} runs generation ${known}; ${asked} is an earlier one.`,
    {
      data: { generation: known },
    },
  );
}

/** A process that was started by a host that died before it could note the id. */
function findByMark(run_id: string): ProcessId | undefined {
  for (const pid of processesWith(`${SANDBOX_ENV}=${run_id}`)) {
    const pid_start = processStart(pid);
    if (pid_start !== undefined && leadsSession(pid)) return { pid, pid_start };
  }
  return undefined;
}

function siblings(dir: string): string[] {
  const folder = dirname(dir);
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => join(folder, entry.name))
      .filter(path => path !== dir);
  } catch {
    return []; // The agent has no runs yet.
  }
}
