/** Flags that describe how work is done in a rig, shared by `gt rig add`, `gt rig set` and `gt sling`. */
import { type DriverSpec, driverSpecSchema, type Gate } from "../../../store/schema/agent.ts";
import {
  MERGE_METHODS,
  MERGE_STRATEGIES,
  ON_CONFLICT,
  type PatrolSettings,
} from "../../../store/schema/views.ts";
import { type Flags, usageError } from "../lib/args.ts";

/** Which agent works, and how isolated. */
export const AGENT_FLAGS = {
  agent: {
    type: "string",
    short: "a",
    aliases: ["driver", "preset"],
    value: "name",
    summary: "agent CLI: claude, codex, opencode, gemini, ...; or script: the bead's own sh blocks",
  },
  model: { type: "string", value: "name", summary: "model of the agent CLI" },
  program: {
    type: "string",
    value: "path",
    complete: "file",
    summary: "the agent CLI's program, if not on the PATH",
  },
  command: {
    type: "string",
    value: "line",
    summary: "any command line on a terminal instead; reads $GASTOWN_PROMPT_FILE",
  },
  isolation: {
    type: "string",
    choices: ["process", "container", "none"],
    summary: "none lets the agent touch everything that you can: ask for it in words only",
  },
} as const satisfies Flags;

export interface AgentFlagValues {
  readonly agent: string | undefined;
  readonly model: string | undefined;
  readonly program: string | undefined;
  readonly command: string | undefined;
}

/**
 * The driver that the flags ask for; undefined when they ask for none.
 * @throws {AppError} invalid_argument (a usage error) for flags that do not go together
 */
export function driverOf(flags: AgentFlagValues, trailing: readonly string[] = []): DriverSpec | undefined {
  const { agent, model, program, command } = flags;
  if (command !== undefined) {
    if (agent !== undefined || model !== undefined || program !== undefined || trailing.length > 0) {
      throw usageError("--command stands alone: it names no agent and no model.");
    }
    return { kind: "pty", command: ["sh", "-c", command] };
  }
  if (agent === undefined) {
    if (model !== undefined || program !== undefined) throw usageError("--model and --program need --agent.");
    return trailing.length === 0 ? undefined : { kind: "pty", command: [...trailing] };
  }
  if (agent === "script") {
    if (model !== undefined || program !== undefined || trailing.length > 0) {
      throw usageError("The script driver takes no model, program or arguments.");
    }
    return { kind: "script" };
  }
  return driverSpecSchema.parse({ kind: "exec", preset: agent, model, program, extra_args: [...trailing] });
}

const minutes = { type: "integer", min: 1, max: 100_000, value: "minutes" } as const;

/** Thresholds of the patrol, of a rig or of the town. */
export const PATROL_FLAGS = {
  "patrol-nudge": {
    ...minutes,
    summary: "the patrol nudges an agent that is silent or idle for so long (15)",
  },
  "patrol-triage": { ...minutes, summary: "and asks somebody to look at it after so long (60)" },
  "patrol-stop": { ...minutes, summary: "and stops it, and gives its bead out anew, after so long (120)" },
  "patrol-stuck": {
    ...minutes,
    summary: "a busy agent without a commit for so long is nudged, and looked at after twice the time (90)",
  },
  "patrol-loop": {
    type: "integer",
    min: 2,
    max: 10_000,
    value: "times",
    summary:
      "the same call with the same result so often: nudge; twice as often: triage; four times: stop (10)",
  },
  "patrol-default": { type: "boolean", summary: "forget all of these thresholds that were set here" },
} as const satisfies Flags;

/** The flags' values. */
export interface PatrolFlagValues {
  readonly "patrol-nudge": number | undefined;
  readonly "patrol-triage": number | undefined;
  readonly "patrol-stop": number | undefined;
  readonly "patrol-stuck": number | undefined;
  readonly "patrol-loop": number | undefined;
  readonly "patrol-default": boolean | undefined;
}

/** The change that the flags ask for. @throws {AppError} invalid_argument (a usage error) */
export function patrolOf(flags: PatrolFlagValues): { patrol?: PatrolSettings | null } {
  const named: PatrolSettings = {
    ...(flags["patrol-nudge"] === undefined ? {} : { nudge_min: flags["patrol-nudge"] }),
    ...(flags["patrol-triage"] === undefined ? {} : { triage_min: flags["patrol-triage"] }),
    ...(flags["patrol-stop"] === undefined ? {} : { stop_min: flags["patrol-stop"] }),
    ...(flags["patrol-stuck"] === undefined ? {} : { stuck_min: flags["patrol-stuck"] }),
    ...(flags["patrol-loop"] === undefined ? {} : { loop: flags["patrol-loop"] }),
  };
  const some = Object.keys(named).length > 0;
  if (flags["patrol-default"] !== true) return some ? { patrol: named } : {};
  if (some) throw usageError("--patrol-default stands alone: it forgets the others.");
  return { patrol: null };
}

/** Gates and their settings. */
export const RIG_FLAGS = {
  gate: {
    type: "string",
    multiple: true,
    value: "name=command",
    summary: "check that must pass on every merge result",
  },
  "gate-timeout": {
    type: "integer",
    min: 1,
    max: 86_400,
    value: "seconds",
    summary: "time limit of the gates given here",
  },
  target: { type: "string", value: "branch", summary: "branch to merge into (the repository's default)" },
  "max-polecats": {
    type: "integer",
    min: 0,
    max: 100,
    summary: "agents that work in the rig at the same time",
  },
  "batch-size": {
    type: "integer",
    min: 1,
    max: 50,
    summary: "merge requests tested and published together, at most (5); 1 merges one at a time",
  },
  "flaky-retries": {
    type: "integer",
    min: 0,
    max: 5,
    summary: "how often a failed gate is run again before the failure counts (1)",
  },
  "pre-verify": {
    type: "string",
    choices: ["on", "off"],
    summary:
      "gates run when work is submitted, which a failing one refuses; merged onto the same target they are not run again (off)",
  },
  "max-wait": {
    type: "integer",
    min: 1,
    max: 10_080,
    value: "minutes",
    summary: "after waiting so long a merge request goes first, whatever its score (240)",
  },
  "merge-strategy": {
    type: "string",
    choices: MERGE_STRATEGIES,
    summary: "direct merges and pushes; local pushes nothing; pr opens a pull request and sees it through",
  },
  reviewer: {
    type: "string",
    value: "name",
    summary: "agent CLI that reviews every merge request before it is tested; none merges without a review",
  },
  "reviewer-command": {
    type: "string",
    value: "line",
    summary: "any command line as reviewer; reads $GASTOWN_PROMPT_FILE, says `gt review ...`",
  },
  "review-deadline": {
    type: "integer",
    min: 1,
    max: 1_440,
    value: "minutes",
    summary: "how long a review may take (30)",
  },
  "forge-url": {
    type: "string",
    value: "url",
    summary: "API of the forge for pull requests (https://api.github.com)",
  },
  "forge-repo": { type: "string", value: "owner/name", summary: "repository there (from the rig's git URL)" },
  "auto-merge": {
    type: "string",
    choices: ["on", "off"],
    summary: "merge a pull request once checks and reviews allow it, or leave that to people (on)",
  },
  "auto-merge-delay": {
    type: "integer",
    min: 0,
    max: 10_080,
    value: "minutes",
    summary: "how long everything has to be green before it is merged (0)",
  },
  "merge-method": { type: "string", choices: MERGE_METHODS, summary: "how the forge merges it (merge)" },
  directives: {
    type: "string",
    value: "text",
    summary: "what every agent of the rig is told besides its work; @FILE reads a file, none unsets",
  },
  formula: {
    type: "string",
    value: "name",
    summary: "formula that its work follows unless slung otherwise; none for no formula",
  },
  "on-conflict": {
    type: "string",
    choices: ON_CONFLICT,
    summary: "attempt works on the bead afresh; rework makes a bead that resolves it on the same branch",
  },
  "max-reworks": {
    type: "integer",
    min: 0,
    max: 20,
    summary: "rework and conflict beads of one merge request before a person is asked (3)",
  },
  "allow-host": {
    type: "string",
    multiple: true,
    value: "host",
    summary: "host that its agents may reach, e.g. *.npmjs.org",
  },
  ...PATROL_FLAGS,
} as const satisfies Flags;

/** `name=command` as a gate. @throws {AppError} invalid_argument (a usage error) */
export function gateOf(text: string, timeout: number | undefined): Gate {
  const cut = text.indexOf("=");
  const name = text.slice(0, cut).trim();
  const command = text.slice(cut + 1).trim();
  if (cut < 1 || name === "" || command === "") {
    throw usageError(`--gate takes name=command, not "${text}".`, "For example: --gate 'test=npm test'.");
  }
  return { name, command, timeout_s: timeout ?? 900 };
}

/** `name=value` words as values of variables. @throws {AppError} invalid_argument (a usage error) */
export function varsOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map(word => {
      const cut = word.indexOf("=");
      if (cut < 1)
        throw usageError(`--var takes name=value, not "${word}".`, "For example: --var test='npm test'.");
      return [word.slice(0, cut), word.slice(cut + 1)];
    }),
  );
}
