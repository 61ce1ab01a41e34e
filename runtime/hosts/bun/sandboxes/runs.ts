/** The runs that this process follows: at most one per container, each with a supervised link to its actor. */
import { rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Logger } from "../../../../actors/kernel/logger.ts";
import { AGENT_ENV, PROXY_NOTE } from "../../../../agent-sandbox/protocol/control.ts";
import type { Directory } from "../../../gateway/deps.ts";
import { readIfThere } from "../files.ts";
import { isAlive } from "../process/identity.ts";
import { killMarked, killTree } from "../process/tree.ts";
import type { TaskSupervisor } from "../supervision/tasks.ts";
import { control } from "./control.ts";
import { type LinkOptions, runLink, tellLost } from "./link.ts";
import { logTail, type ProcessId, RUN_FILES } from "./records.ts";

const POLL_MS = 500;
const TAIL_CHARS = 2_000;

/** Which run of which container, and where it lies. */
export interface RunRef {
  readonly container: string;
  readonly run_id: string;
  readonly generation: number;
  readonly dir: string;
  readonly socket: string;
}

/** A run that is followed. */
export interface Run extends RunRef {
  /** Undefined when it is not known to have had one. */
  readonly process: ProcessId | undefined;
  /** Resolves, with words for people, when the process is gone. */
  readonly gone: Promise<string>;
  readonly living: boolean;
}

export interface RunsOptions {
  readonly directory: Directory;
  readonly supervisor: TaskSupervisor;
  readonly log: Logger;
}

export interface Runs {
  get(container: string): Run | undefined;
  all(): readonly Run[];
  /** Follows a run from `after` on. `exited`: how the process ends, where it is a child of this one. */
  follow(
    ref: RunRef,
    process: ProcessId | undefined,
    after: number,
    exited?: Promise<number | null>,
  ): Promise<Run>;
  /** Ends the process by force, if it lives, and everything that it left. */
  kill(run: Run): Promise<void>;
  /** Follows it no more; the process is not touched. */
  drop(run: Run): Promise<void>;
}

/** No run is followed yet. */
export function createRuns({ directory, supervisor, log }: RunsOptions): Runs {
  const runs = new Map<string, Run>();

  const kill = async (run: Run): Promise<void> => {
    if (run.process !== undefined) await killTree(run.process.pid, run.process.pid_start);
    // What the agent started may have left the tree: two agents on one worktree is what must never be.
    killMarked(`${AGENT_ENV.runId}=${run.run_id}`);
  };

  const forget = (run: Run): void => {
    if (runs.get(run.container) === run) runs.delete(run.container);
    if (!run.living) removeSockets(run);
  };

  /** One life of the link; what the end means for the process and the record. */
  const tie = async (run: Run, after: number, signal: AbortSignal): Promise<void> => {
    const end = await runLink(linkOptions(run, after, signal));
    if (end === "stopped") return;
    log.info("run ended", { container: run.container, run: run.run_id, end });
    if (end === "unwanted" && run.living) {
      // Nobody else will ever end it.
      await control.stop(run, "The town has a newer run of this agent.", 5_000).catch(() => kill(run));
    }
    if (end === "lost" || end === "unwanted") {
      forget(run);
      void supervisor.remove(run.container);
    }
  };

  const linkOptions = (run: Run, after: number, signal: AbortSignal): LinkOptions => ({
    container: run.container,
    run_id: run.run_id,
    generation: run.generation,
    events: join(run.dir, RUN_FILES.events),
    after,
    directory,
    gone: run.gone,
    log,
    signal,
  });

  /** Its log cannot be read: whatever it does, nobody would hear of it. */
  const giveUp = async (run: Run, reason: string): Promise<void> => {
    await kill(run);
    await supervisor.add({
      id: run.container,
      restart: "transient",
      run: signal =>
        tellLost(linkOptions(run, 0, signal), `Its event log cannot be read: ${reason}`, "corrupt"),
    });
    forget(run);
  };

  return {
    get: container => runs.get(container),
    all: () => [...runs.values()],
    kill,
    async follow(ref, process, after, exited) {
      const gone = waitUntilGone(ref, process, exited).then(async reason => {
        killMarked(`${AGENT_ENV.runId}=${ref.run_id}`);
        return reason;
      });
      const run: Run = {
        ...ref,
        process,
        gone,
        get living() {
          return process !== undefined && isAlive(process.pid, process.pid_start);
        },
      };
      runs.set(ref.container, run);
      await supervisor.add({
        id: ref.container,
        restart: "transient",
        run: signal => tie(run, after, signal),
        onGivenUp: reason => {
          void giveUp(run, reason).catch((error: unknown) =>
            log.error("run could not be given up", { container: run.container, error }),
          );
        },
      });
      return run;
    },
    async drop(run) {
      await supervisor.remove(run.container);
      forget(run);
    },
  };
}

/** Resolves when the process is gone: by its exit where it is a child of ours, else by looking. */
async function waitUntilGone(
  ref: RunRef,
  process: ProcessId | undefined,
  exited: Promise<number | null> | undefined,
): Promise<string> {
  const said = (): string => {
    const tail = logTail(ref.dir, TAIL_CHARS);
    return tail === "" ? "" : `\n${tail}`;
  };
  if (process === undefined) return `The sandbox process was never seen alive.${said()}`;
  if (exited !== undefined) {
    const code = await exited;
    const how = code === null ? "was killed" : `ended with exit code ${code}`;
    return `The sandbox process ${how}.${said()}`;
  }
  while (isAlive(process.pid, process.pid_start)) await Bun.sleep(POLL_MS);
  return `The sandbox process is gone.${said()}`;
}

/** What a process that was killed leaves beside its folder: its socket, and the folder of its isolation's sockets. */
function removeSockets({ dir, socket }: RunRef): void {
  rmSync(socket, { force: true });
  const proxy = readIfThere(join(dir, PROXY_NOTE))?.trim();
  // The note lies where agents cannot write; it is believed only for a folder as sandboxes make them.
  if (proxy === undefined || dirname(proxy) !== dirname(socket) || !basename(proxy).startsWith("px-")) return;
  rmSync(proxy, { recursive: true, force: true });
}
