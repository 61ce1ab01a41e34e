/**
 * Freezing a run: every process below this one is stopped where it is (SIGSTOP) and later goes on as if nothing had been
 * (SIGCONT). This process itself stays awake, so that it can be asked to go on; its clock for the run stands still.
 */
import { processStart, statFields } from "./identity.ts";
import { descendants, marked, signal } from "./tree.ts";

/** How often a frozen run is looked through for processes that came in between, ms. */
const SWEEP_MS = 1_000;
/** Processes may start others while they are being stopped: so often it is looked again at once. */
const MAX_PASSES = 20;
/** How long is waited for a process to stand still, ms: one in the middle of a disk access does so later. */
const STOP_MS = 100;

export interface Freezer {
  readonly frozen: boolean;
  /** Epoch milliseconds less all the time that the run was frozen: what limits of the run are measured by. */
  now(): number;
  /** Stops everything now. @returns how many processes are stopped; asking again stops what came since */
  freeze(): number;
  /** Lets everything go on that was stopped by {@link freeze}. */
  thaw(): void;
  /** As `setTimeout`, but frozen time does not count. The answer cancels it. */
  timeout(run: () => void, ms: number): () => void;
  /** This process is never stopped: what ends the run's programs when the sandbox process dies. */
  spare(pid: number): void;
}

interface Waiting {
  /** On the clock of `now`. */
  readonly due: number;
  readonly run: () => void;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** @param marker entry in the environment of every program of the run, `NAME=value` */
export function createFreezer(marker: string, clock: () => number = Date.now): Freezer {
  /** Stopped by us: process id and start time. */
  const stopped = new Map<number, string>();
  const spared = new Set<number>();
  const waiting = new Set<Waiting>();
  let since: number | undefined;
  let lost = 0;
  let sweeper: ReturnType<typeof setInterval> | undefined;

  const now = (): number => (since ?? clock()) - lost;

  function sweep(): void {
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const below = descendants(process.pid);
      const known = new Set(below.map(({ pid }) => pid));
      const all = [...below, ...marked(marker).filter(({ pid }) => !known.has(pid))];
      const awake = all.filter(({ pid, state }) => !spared.has(pid) && !isStopped(state));
      const before = stopped.size;
      for (const { pid } of awake) {
        const start = processStart(pid);
        if (start === undefined || !signal(pid, "SIGSTOP")) continue;
        stopped.set(pid, start);
        untilStopped(pid);
      }
      if (awake.length === 0 || (process.platform !== "linux" && stopped.size === before)) return;
    }
  }

  function arm(entry: Waiting): void {
    entry.timer = setTimeout(
      () => {
        // A longer wait than a timer takes is cut into several.
        if (now() < entry.due) return arm(entry);
        waiting.delete(entry);
        entry.run();
      },
      Math.min(Math.max(0, entry.due - now()), 2_147_483_647),
    );
  }

  return {
    get frozen() {
      return since !== undefined;
    },
    now,
    freeze() {
      if (since === undefined) {
        since = clock();
        for (const { timer } of waiting) clearTimeout(timer);
        sweeper = setInterval(sweep, SWEEP_MS);
      }
      sweep();
      return stopped.size;
    },
    thaw() {
      if (since === undefined) return;
      clearInterval(sweeper);
      lost += clock() - since;
      since = undefined;
      // Children before their parents: a shell that sees a stopped child would take its job for suspended.
      for (const [pid, start] of [...stopped].reverse()) {
        if (processStart(pid) === start) signal(pid, "SIGCONT");
      }
      stopped.clear();
      for (const entry of waiting) arm(entry);
    },
    timeout(run, ms) {
      const entry: Waiting = { due: now() + ms, run, timer: undefined };
      waiting.add(entry);
      if (since === undefined) arm(entry);
      return () => {
        waiting.delete(entry);
        clearTimeout(entry.timer);
      };
    },
    spare: pid => void spared.add(pid),
  };
}

/**
 * Waits until a process stands still, before those below it are stopped: a shell with job control that is still waking up
 * when its child stops takes the job for suspended by a person, and goes on to its end when it is thawed.
 */
function untilStopped(pid: number): void {
  const end = performance.now() + STOP_MS;
  for (let looks = 0; performance.now() < end; looks++) {
    const state = process.platform === "linux" ? statFields(pid)?.[0] : undefined;
    if (process.platform !== "linux" ? looks > 1 : state === undefined || isStopped(state)) return;
    if (looks > 3) Bun.sleepSync(1);
  }
}

/** Stopped, being traced, or gone and not yet reaped. */
function isStopped(state: string): boolean {
  return /^[TtZX]/.test(state);
}
