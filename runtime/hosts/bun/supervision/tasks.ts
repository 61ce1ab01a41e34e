/**
 * Supervised tasks of this process: each runs until it ends, fails or is told to stop, and is restarted by the policy of
 * its supervisor. Supervisors are tasks themselves, so that the process is a tree.
 */
import type { Clock } from "../../../../actors/kernel/clock.ts";
import type { Logger } from "../../../../actors/kernel/logger.ts";
import { decide } from "../../../../actors/kernel/supervisor/decide.ts";
import {
  newSupervisor,
  type Policy,
  type Restart,
  type SupervisorAction,
  type SupervisorEvent,
  type SupervisorState,
} from "../../../../actors/kernel/supervisor/state.ts";

/** How long a task may take to end when it is told to. */
const STOP_MS = 10_000;
const START_MS = 30_000;

export interface Task {
  readonly id: string;
  readonly restart: Restart;
  /** Resolves when the task has ended well, rejects when it has failed; ends soon after the signal. */
  run(signal: AbortSignal): Promise<void>;
  /** It failed more often than the policy allows, and is left down. */
  readonly onGivenUp?: (reason: string) => void;
}

/** A supervisor and what it supervises, for people. */
export interface TreeNode {
  readonly id: string;
  readonly phase: string;
  readonly restarts: number;
  readonly reason?: string;
  readonly children: readonly TreeNode[];
}

export interface SupervisorOptions {
  readonly name: string;
  readonly policy?: Partial<Policy>;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Running {
  readonly generation: number;
  readonly abort: AbortController;
}

export class TaskSupervisor {
  readonly #options: SupervisorOptions;
  readonly #tasks = new Map<string, Task>();
  readonly #running = new Map<string, Running>();
  readonly #nested = new Map<string, TaskSupervisor>();
  /** Resolved when a task is down for good; by id. */
  readonly #gone = new Map<string, PromiseWithResolvers<void>>();
  #state: SupervisorState;
  #cancelTick: (() => void) | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#state = newSupervisor(options.name, options.policy);
  }

  /** Starts a task; one with the same id is stopped and forgotten first. */
  async add(task: Task): Promise<void> {
    if (this.#tasks.has(task.id)) await this.remove(task.id);
    this.#tasks.set(task.id, task);
    this.#on({
      type: "add",
      spec: { id: task.id, restart: task.restart, startMs: START_MS, stopMs: STOP_MS },
    });
  }

  /** A supervisor below this one. */
  async supervisor(name: string, policy: Partial<Policy> = {}): Promise<TaskSupervisor> {
    const nested = new TaskSupervisor({ ...this.#options, name: `${this.#options.name}/${name}`, policy });
    this.#nested.set(name, nested);
    await this.add({
      id: name,
      restart: "permanent",
      run: signal =>
        new Promise((resolve, reject) => {
          signal.addEventListener("abort", () => nested.stop().then(resolve, reject), { once: true });
        }),
    });
    return nested;
  }

  /** Stops a task and forgets it. */
  async remove(id: string): Promise<void> {
    if (!this.#tasks.has(id)) return;
    const gone = this.#gone.get(id) ?? Promise.withResolvers<void>();
    this.#gone.set(id, gone);
    this.#on({ type: "remove", id });
    await gone.promise;
  }

  /** Stops all tasks, the last started first. */
  async stop(): Promise<void> {
    for (const id of [...this.#tasks.keys()].reverse()) await this.remove(id);
  }

  tree(): TreeNode {
    const children = this.#state.specs.map(({ id }): TreeNode => {
      const child = this.#state.children[id];
      const nested = this.#nested.get(id)?.tree().children ?? [];
      const reason = child?.reason === undefined ? {} : { reason: child.reason };
      return {
        id,
        phase: child?.phase ?? "down",
        restarts: child?.restarts.length ?? 0,
        ...reason,
        children: nested,
      };
    });
    return { id: this.#options.name, phase: "up", restarts: 0, children };
  }

  #on(event: SupervisorEvent): void {
    const { clock } = this.#options;
    const { state, actions } = decide(this.#state, event, clock.now());
    this.#state = state;
    for (const action of actions) this.#do(action);
    for (const id of this.#tasks.keys()) {
      if (this.#state.children[id] !== undefined) continue;
      this.#tasks.delete(id);
      this.#nested.delete(id);
      this.#gone.get(id)?.resolve();
      this.#gone.delete(id);
    }
  }

  #do(action: SupervisorAction): void {
    const { clock, log, name } = this.#options;
    switch (action.type) {
      case "start":
        this.#start(action.id, action.generation);
        break;
      case "stop":
        this.#running.get(action.id)?.abort.abort(new Error("stopped"));
        break;
      case "kill":
        log.error("task does not end", { supervisor: name, task: action.id });
        this.#running.delete(action.id);
        break;
      case "wake":
        this.#cancelTick?.();
        this.#cancelTick = undefined;
        if (action.at === null) break;
        this.#cancelTick = clock.after(action.at - clock.now(), () => this.#on({ type: "tick" }));
        break;
      case "given_up":
        log.error("task given up", { supervisor: name, task: action.id, reason: action.reason });
        this.#tasks.get(action.id)?.onGivenUp?.(action.reason);
        break;
      default:
        action satisfies never;
    }
  }

  #start(id: string, generation: number): void {
    const task = this.#tasks.get(id);
    if (task === undefined) return;
    const abort = new AbortController();
    this.#running.set(id, { generation, abort });
    // The decision must be complete before its consequences come back as events.
    queueMicrotask(() => {
      this.#on({ type: "started", id, generation });
      void this.#follow(task, generation, abort.signal);
    });
  }

  async #follow(task: Task, generation: number, signal: AbortSignal): Promise<void> {
    const { id } = task;
    try {
      await task.run(signal);
      this.#on({ type: "down", id, generation, reason: "ended", normal: true });
    } catch (error) {
      const stopped = signal.aborted;
      const reason = error instanceof Error ? error.message : String(error);
      if (!stopped)
        this.#options.log.warn("task failed", { supervisor: this.#options.name, task: id, error });
      this.#on({ type: "down", id, generation, reason, normal: stopped });
    } finally {
      if (this.#running.get(id)?.generation === generation) this.#running.delete(id);
    }
  }
}
