/** Words of the command line as the values that beads hold. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { TYPE_ALIASES } from "../../../store/schema/bead-words.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { usageError } from "../lib/args.ts";
import { didYouMean } from "../lib/suggest.ts";
import type { BdContext } from "./context.ts";

/** 0-4, P0-P4. @throws {AppError} invalid_argument */
export function parsePriority(text: string): number {
  const match = /^p?([0-4])$/i.exec(text.trim());
  if (match === null) {
    throw usageError(`invalid priority "${text}" (expected 0-4 or P0-P4, not words like high/medium/low)`);
  }
  return Number(match[1]);
}

/** The issue type for a word, aliases resolved. */
export function normaliseType(word: string): string {
  const lower = word.trim().toLowerCase();
  return TYPE_ALIASES[lower] ?? lower;
}

/** Built-in types with what they are for, in the order of the help. */
export const CORE_TYPES = [
  ["task", "General work item"],
  ["bug", "Something that does not work"],
  ["feature", "New behaviour"],
  ["chore", "Upkeep without a change of behaviour"],
  ["epic", "A body of work with children"],
  ["decision", "A choice and its reasons"],
  ["spike", "An investigation with a time limit"],
  ["story", "A need of a user, in their words"],
  ["milestone", "A point to reach, without work of its own"],
] as const;

/** Types that tools make, not people; valid, and outside the usual lists where `INFRA_TYPES` or gates say so. */
export const SYSTEM_TYPES = [
  "message",
  "escalation",
  "merge-request",
  "convoy",
  "molecule",
  "agent",
  "gate",
  "event",
  "role",
  "rig",
  "slot",
] as const;

/** Types left out of `list` and `export` unless asked for. */
export const INFRA_TYPES: readonly string[] = ["agent", "rig", "role", "message"];

/** Checks a type against the built-in and configured ones. @throws {AppError} invalid_argument */
export function requireType(word: string, config: Readonly<Record<string, string>>): string {
  const type = normaliseType(word);
  const known = [...CORE_TYPES.map(([name]) => name), ...SYSTEM_TYPES, ...customTypes(config)];
  if (known.includes(type)) return type;
  throw usageError(
    `invalid issue type "${word}" (valid: ${known.join(", ")})`,
    didYouMean(type, known) ??
      `To allow it: bd config set types.custom "${[...customTypes(config), type].join(",")}"`,
  );
}

/** Types from `types.custom`. */
export function customTypes(config: Readonly<Record<string, string>>): string[] {
  return list(config["types.custom"] ?? "");
}

/** One status with how scheduling sees it. */
export interface StatusInfo {
  readonly name: string;
  readonly category: string;
  readonly icon: string;
  readonly description: string;
}

export const BUILT_IN_STATUSES: readonly StatusInfo[] = [
  { name: "open", category: "active", icon: "○", description: "Can be worked on once nothing blocks it" },
  { name: "in_progress", category: "wip", icon: "◐", description: "Somebody works on it" },
  { name: "blocked", category: "wip", icon: "●", description: "Set aside by hand as blocked" },
  { name: "hooked", category: "wip", icon: "◇", description: "On the hook of an agent" },
  { name: "in_review", category: "wip", icon: "◑", description: "Submitted, waits for its merge" },
  { name: "deferred", category: "frozen", icon: "❄", description: "Put off until later" },
  { name: "pinned", category: "frozen", icon: "▪", description: "Stays open, never ready" },
  { name: "closed", category: "done", icon: "✓", description: "Done" },
  { name: "failed", category: "done", icon: "✗", description: "Given up after too many attempts" },
];

/** Statuses from `status.custom`: `name:category,...`. */
export function customStatuses(config: Readonly<Record<string, string>>): StatusInfo[] {
  return list(config["status.custom"] ?? "").map(entry => {
    const [name = "", category = "unspecified"] = entry.split(":").map(part => part.trim());
    return { name, category, icon: "◦", description: "Custom status" };
  });
}

/** Checks a status. @throws {AppError} invalid_argument */
export function requireStatus(word: string, config: Readonly<Record<string, string>>): string {
  const known = [...BUILT_IN_STATUSES, ...customStatuses(config)].map(({ name }) => name);
  const status = word.trim().toLowerCase().replace(/-/g, "_");
  if (known.includes(status)) return status;
  throw usageError(`invalid status "${word}" (valid: ${known.join(", ")})`, didYouMean(status, known));
}

/** A JSON object from a flag, or from a file named with `@`. @throws {AppError} invalid_argument, not_found */
export function parseMetadata(text: string, cwd: string): Record<string, unknown> {
  const source = text.startsWith("@") ? readTextFile(text.slice(1), cwd) : text;
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (cause) {
    throw new AppError("invalid_argument", `invalid JSON in --metadata: ${text}`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw usageError("--metadata must be a JSON object");
  }
  return { ...value };
}

/** `key=value` with the value read as JSON where it is a number, true, false or null. @throws {AppError} invalid_argument */
export function parseKeyValue(text: string, flag: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw usageError(`${flag} takes key=value, not "${text}"`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** A metadata value from text: numbers and truth values as such, all else as text. */
export function metadataValue(text: string): unknown {
  return /^(?:true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?)$/.test(text) ? JSON.parse(text) : text;
}

/** The text of a file named on the command line; `-` is standard input. @throws {AppError} not_found */
export async function readInput(path: string, ctx: BdContext): Promise<string> {
  return path === "-" ? await ctx.io.readStdin() : readTextFile(path, ctx.cwd);
}

/** @throws {AppError} not_found */
export function readTextFile(path: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, path), "utf8");
  } catch (cause) {
    throw new AppError("not_found", `cannot read file "${path}"`, { cause });
  }
}

/** Comma-separated words, trimmed, without empty ones. */
export function list(text: string): string[] {
  return text
    .split(",")
    .map(part => part.trim())
    .filter(Boolean);
}
