/** A driver turns a job into a program for the terminal. Starting, watching and judging it is the run's. */

import type { SessionJob, WorkJob } from "../protocol/spec.ts";
import type { ToolStep } from "./loop-meter.ts";
import type { RunUsage } from "./usage-meter.ts";

export interface DriverContext {
  readonly job: WorkJob | SessionJob;
  /** Folder that the program may read but not write. */
  readonly agentFolder: string;
  /** The agent's home; seeded files go there. */
  readonly home: string;
  readonly promptFile: string;
  /** PATH of the program. */
  readonly path: string;
  /** Environment that was given for the agent, secrets included. */
  readonly env: Readonly<Record<string, string>>;
  /** Told the totals of the run so far. */
  readonly onUsage: (usage: RunUsage) => void;
  /** Told each tool's call and result, as far as the program tells. */
  readonly onStep: (step: ToolStep) => void;
  /** Another turn after one that has ended; its prompt is in `promptFile`. */
  readonly more?: boolean;
}

/** What a driver wants to be run. */
export interface DriverPlan {
  /** Shell script, run in the worktree. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly filter: ((bytes: Uint8Array) => Uint8Array) | undefined;
}

/** What must be known before the isolation starts. */
export interface DriverNeeds {
  readonly hosts: readonly string[];
  readonly readable: readonly string[];
}

export interface Driver {
  /** True when what runs is decided by a model or a person's command, and must be isolated. */
  readonly untrusted: boolean;
  /** True when the work starts from the target each time. */
  readonly fresh: boolean;
  /** @throws {AppError} command_not_found, not_found (no such preset) */
  needs(context: Omit<DriverContext, "onUsage" | "onStep">): DriverNeeds;
  /** @throws {AppError} unprocessable (nothing to run) */
  plan(context: DriverContext): Promise<DriverPlan>;
}
