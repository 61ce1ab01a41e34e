/**
 * A preset says how to put one agent CLI to work without a person at its terminal. It is data and pure functions;
 * the `exec` driver does the rest. To add one: a file here, a line in `registry.ts`; the conformance test covers it.
 */

import type { ToolStep } from "../drivers/loop-meter.ts";

/** Stands for the prompt in an argument list. */
export const PROMPT = Symbol("prompt");
export type Argument = string | typeof PROMPT;

/** Tokens and money of a turn or a run, as far as the agent tells. */
export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number;
  readonly model?: string;
  /**
   * What the figures are: `run` so far in all, one `message` (told again under the same `id` it is the same), or a `turn`
   * of its own.
   */
  readonly of: "run" | "message" | "turn";
  readonly id?: string;
}

/** What a line of an agent's JSON output means. */
export interface Reading {
  /** Words to show; empty for nothing. */
  readonly text: string;
  readonly usage?: Usage;
  /** A tool's call or result, for noticing circles. */
  readonly step?: ToolStep;
}

/** What a preset may look at when it decides. */
export interface PresetContext {
  readonly model: string | undefined;
  /** Environment with the model keys and base URLs that the user gave. */
  readonly env: Readonly<Record<string, string>>;
}

/** A file that is written into the agent's home before each run. */
export interface SeedFile {
  /** Relative to the home. */
  readonly path: string;
  readonly content: string;
}

export interface Preset {
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Found on the PATH. */
  readonly program: string;
  /** How to get it, one sentence. */
  readonly install: string;
  /** Prints its version and exits. */
  readonly versionArgs: readonly string[];
  /** Hosts without which it cannot reach its models. */
  readonly hosts: readonly string[];
  /** Variables that may carry another base URL; its host is allowed when one is set. */
  readonly baseUrls: readonly string[];
  /** Variables of which at least one must be there to sign in. */
  readonly keys: readonly string[];
  args(context: PresetContext): readonly Argument[];
  /** Arguments that go on with the conversation of the turn before; without them a new one is begun. */
  more?(context: PresetContext): readonly Argument[];
  /** Quiet, unattended, and no updates of itself. */
  env(context: PresetContext): Readonly<Record<string, string>>;
  seed(context: PresetContext): readonly SeedFile[];
  /** Reads one line of output; undefined when it is not JSON of this agent, and is shown as it is. */
  read?(line: string): Reading | undefined;
}
