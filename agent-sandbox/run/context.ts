/** What the parts of a run share. */
import type { LoopMeter } from "../drivers/loop-meter.ts";
import type { EmbeddedFiles } from "../isolation/helpers.ts";
import type { Isolation } from "../isolation/isolation.ts";
import type { EventLog } from "../log/event-log.ts";
import type { Freezer } from "../process/freezer.ts";
import type { AgentActivity, SandboxEvent } from "../protocol/events.ts";
import type { SandboxSecrets, SandboxSpec } from "../protocol/spec.ts";
import type { RunTerminal } from "../terminal/terminal.ts";
import type { Identity } from "../workspace/commits.ts";
import type { Git } from "../workspace/git.ts";
import type { Nudges } from "./nudges.ts";

/** Why and how a run is to end before its job is done. */
export interface StopRequest {
  readonly reason: string;
  readonly graceMs: number;
  readonly errorCode?: string | undefined;
}

/** How a run ended: the payload of `exited`. */
export type Outcome = Omit<Extract<SandboxEvent, { type: "exited" }>, "type" | "seq" | "at">;

/** Folders of a run. */
export interface RunFolders {
  /** Scripts, prompt, `gt` and `bd`: readable for the agent. */
  readonly agent: string;
  /** Temporary files of the sandbox itself: out of the agent's reach. */
  readonly scratch: string;
  /** Sockets of the isolation's proxy. */
  readonly proxy: string;
}

export interface RunContext {
  readonly spec: SandboxSpec;
  readonly secrets: SandboxSecrets;
  readonly log: EventLog;
  readonly terminal: RunTerminal;
  readonly git: Git;
  /** The same, ended by a stop: for what may be interrupted at any instant. */
  readonly stoppable: Git;
  readonly folders: RunFolders;
  readonly identity: Identity;
  /** Environment of the sandbox process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** PATH of the programs of the run, `gt` and `bd` first. */
  readonly path: string;
  /** How the gastown program is started. */
  readonly self: readonly string[];
  readonly embedded: EmbeddedFiles;
  readonly platform: NodeJS.Platform;
  readonly stop: StopSignal;
  readonly nudges: Nudges;
  /** Stops and starts the run's time together with its processes. */
  readonly freezer: Freezer;
  readonly loops: LoopMeter;
  /** Kept up for the whole run; closed by it. */
  isolation: Isolation | undefined;
  setActivity(activity: AgentActivity, detail?: string): void;
  note(text: string): Promise<void>;
}

/** A stop that is asked for at most once. */
export interface StopSignal {
  readonly requested: StopRequest | undefined;
  /** Resolves when a stop is asked for. */
  readonly promise: Promise<StopRequest>;
  /** Aborted when a stop is asked for. */
  readonly signal: AbortSignal;
  request(stop: StopRequest): void;
}

export function createStopSignal(): StopSignal {
  let requested: StopRequest | undefined;
  const { promise, resolve } = Promise.withResolvers<StopRequest>();
  const controller = new AbortController();
  return {
    get requested() {
      return requested;
    },
    promise,
    signal: controller.signal,
    request(stop) {
      if (requested !== undefined) return;
      requested = stop;
      resolve(stop);
      controller.abort();
    },
  };
}

/** How a run ended that was stopped. @param ok True when its job had been done. */
export function stoppedOutcome(stop: StopRequest, ok: boolean, tail: string): Outcome {
  return {
    ok,
    code: null,
    signal: "SIGTERM",
    reason: stop.reason,
    ...(stop.errorCode === undefined ? {} : { error_code: stop.errorCode }),
    tail,
  };
}

const RED = "\u001b[1;31m";
const DIM = "\u001b[2m";
const PLAIN = "\u001b[0m";

/** A line of the sandbox's own on the terminal. */
export function sayPlain(terminal: RunTerminal, text: string): void {
  terminal.print(`${DIM}${text}${PLAIN}\n`);
}

/** A warning on the terminal. */
export function sayRed(terminal: RunTerminal, text: string): void {
  terminal.print(`${RED}${text}${PLAIN}\n`);
}
