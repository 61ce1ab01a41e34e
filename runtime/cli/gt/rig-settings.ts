/** Settings of a rig from flags: only what was given, so that nothing else changes. */
import { readFileSync } from "node:fs";
import type { DriverSpec, Isolation } from "../../../store/schema/agent.ts";
import { isolationSchema } from "../../../store/schema/agent.ts";
import { mergeMethodSchema, mergeStrategySchema, onConflictSchema } from "../../../store/schema/views.ts";
import type { RigSettingsPatch } from "../../gateway/contract/views.ts";
import { usageError } from "../lib/args.ts";
import { gateOf, type PatrolFlagValues, patrolOf } from "./rig-flags.ts";

export interface RigFlagValues extends PatrolFlagValues {
  readonly gate: readonly string[];
  readonly "gate-timeout": number | undefined;
  readonly target: string | undefined;
  readonly "max-polecats": number | undefined;
  readonly "batch-size": number | undefined;
  readonly "flaky-retries": number | undefined;
  readonly "pre-verify": string | undefined;
  readonly "max-wait": number | undefined;
  readonly "merge-strategy": string | undefined;
  readonly directives: string | undefined;
  readonly formula: string | undefined;
  readonly "on-conflict": string | undefined;
  readonly reviewer: string | undefined;
  readonly "reviewer-command": string | undefined;
  readonly "review-deadline": number | undefined;
  readonly "forge-url": string | undefined;
  readonly "forge-repo": string | undefined;
  readonly "auto-merge": string | undefined;
  readonly "auto-merge-delay": number | undefined;
  readonly "merge-method": string | undefined;
  readonly "max-reworks": number | undefined;
  readonly "allow-host": readonly string[];
  readonly isolation: string | undefined;
}

/** @throws {AppError} invalid_argument (a usage error) for a gate that is none */
export function settingsOf(flags: RigFlagValues, driver: DriverSpec | undefined): RigSettingsPatch {
  const isolation: Isolation | undefined =
    flags.isolation === undefined ? undefined : isolationSchema.parse(flags.isolation);
  return {
    ...(flags.gate.length === 0
      ? {}
      : { gates: flags.gate.map(gate => gateOf(gate, flags["gate-timeout"])) }),
    ...(flags.target === undefined ? {} : { target: flags.target }),
    ...(flags["max-polecats"] === undefined ? {} : { max_polecats: flags["max-polecats"] }),
    ...(flags["batch-size"] === undefined ? {} : { batch_size: flags["batch-size"] }),
    ...(flags["flaky-retries"] === undefined ? {} : { flaky_retries: flags["flaky-retries"] }),
    ...(flags["pre-verify"] === undefined ? {} : { pre_verify: flags["pre-verify"] === "on" }),
    ...(flags["max-wait"] === undefined ? {} : { max_wait_minutes: flags["max-wait"] }),
    ...(flags["merge-strategy"] === undefined
      ? {}
      : { merge_strategy: mergeStrategySchema.parse(flags["merge-strategy"]) }),
    ...(flags["on-conflict"] === undefined
      ? {}
      : { on_conflict: onConflictSchema.parse(flags["on-conflict"]) }),
    ...reviewerOf(flags),
    ...(flags["review-deadline"] === undefined ? {} : { review_deadline_minutes: flags["review-deadline"] }),
    ...(flags["forge-url"] === undefined ? {} : { forge_url: flags["forge-url"] }),
    ...(flags["forge-repo"] === undefined ? {} : { forge_repo: flags["forge-repo"] }),
    ...(flags["auto-merge"] === undefined ? {} : { auto_merge: flags["auto-merge"] === "on" }),
    ...(flags["auto-merge-delay"] === undefined
      ? {}
      : { auto_merge_delay_minutes: flags["auto-merge-delay"] }),
    ...(flags["merge-method"] === undefined
      ? {}
      : { merge_method: mergeMethodSchema.parse(flags["merge-method"]) }),
    ...(flags["max-reworks"] === undefined ? {} : { max_reworks: flags["max-reworks"] }),
    ...(flags["allow-host"].length === 0 ? {} : { allow_hosts: [...flags["allow-host"]] }),
    ...(flags.directives === undefined ? {} : { directives: directivesFrom(flags.directives) }),
    ...(flags.formula === undefined ? {} : { formula: flags.formula === "none" ? null : flags.formula }),
    ...patrolOf(flags),
    ...(driver === undefined ? {} : { driver }),
    ...(isolation === undefined ? {} : { isolation }),
  };
}

/** `none` unsets, `@FILE` is read, anything else is the text. @throws {AppError} invalid_argument (a usage error) */
export function directivesFrom(value: string): string | null {
  if (value === "none") return null;
  if (!value.startsWith("@")) return value;
  try {
    return readFileSync(value.slice(1), "utf8");
  } catch (error) {
    throw usageError(
      `${value.slice(1)} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Who reviews; `none` is nobody. A script cannot judge. */
function reviewerOf(flags: RigFlagValues): Pick<RigSettingsPatch, "reviewer"> {
  const { reviewer: name, "reviewer-command": command } = flags;
  if (name !== undefined && command !== undefined) {
    throw usageError("--reviewer and --reviewer-command do not go together.");
  }
  if (command !== undefined) return { reviewer: { kind: "pty", command: ["sh", "-c", command] } };
  if (name === undefined) return {};
  if (name === "none") return { reviewer: null };
  if (name === "script") {
    throw usageError("A script cannot review.", "Name an agent CLI, or a program with --reviewer-command.");
  }
  return { reviewer: { kind: "exec", preset: name, extra_args: [] } };
}
