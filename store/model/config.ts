/** Settings of a store, in `gastown.json` on the branch. */
import { canonicalJson } from "../branch/canonical-json.ts";
import { BUILT_IN_TYPES, STATUS_CATEGORY, type StatusCategory, TYPE_ALIASES } from "../schema/bead-words.ts";
import { AppError } from "../schema/errors.ts";
import { isPrefix } from "../schema/ids.ts";

/** Version of the layout of the branch that this code writes. */
export const BRANCH_FORMAT = 1;

/** What `gastown.json` says. Members that this version does not know survive. */
export interface StoreConfig {
  readonly format: number;
  /** Prefix of new ids. */
  readonly prefix: string;
  /** Further prefixes that ids here may have. */
  readonly allowed_prefixes?: readonly string[];
  /** Statuses beside the built-in ones, with what they mean for scheduling. */
  readonly statuses?: Readonly<Record<string, StatusCategory>>;
  /** Types beside the built-in ones. */
  readonly types?: readonly string[];
  /** Free settings of tools, by dotted key. */
  readonly settings?: Readonly<Record<string, string>>;
}

const NAME = /^[a-z][a-z0-9_-]*$/;
const MAX_CUSTOM = 50;
const CATEGORIES: readonly string[] = ["active", "wip", "done", "frozen", "unspecified"];

/** The settings of a new store. @throws {AppError} invalid_argument */
export function newConfig(prefix: string): StoreConfig {
  return checkConfig({ format: BRANCH_FORMAT, prefix });
}

/** Text of `gastown.json`. */
export function serializeConfig(config: StoreConfig): string {
  return canonicalJson(config);
}

/** @throws {AppError} corrupt, not_supported (a newer format) */
export function parseConfig(text: string): StoreConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(cause);
  }
  if (!isConfigShape(value)) throw damaged();
  if (value.format > BRANCH_FORMAT) {
    throw new AppError(
      "not_supported",
      `The bead branch has format ${value.format}; this version knows ${BRANCH_FORMAT}.`,
      {
        hint: "Update gastown.",
      },
    );
  }
  return value;
}

/** The same settings when they are valid. @throws {AppError} invalid_argument */
export function checkConfig(config: StoreConfig): StoreConfig {
  for (const prefix of [config.prefix, ...(config.allowed_prefixes ?? [])]) {
    if (!isPrefix(prefix)) {
      throw new AppError("invalid_argument", `"${prefix}" is no valid id prefix.`, {
        hint: "A prefix is letters, digits and single dashes, starts with a letter, and has at most 40 characters.",
      });
    }
  }
  const statuses = Object.entries(config.statuses ?? {});
  const types = config.types ?? [];
  if (statuses.length > MAX_CUSTOM || types.length > MAX_CUSTOM) {
    throw new AppError("invalid_argument", `More than ${MAX_CUSTOM} custom statuses or types.`, {
      hint: "Remove some of them.",
    });
  }
  for (const [name, category] of statuses) {
    if (!NAME.test(name) || !CATEGORIES.includes(category)) {
      throw new AppError("invalid_argument", `"${name}:${category}" is no valid custom status.`, {
        hint: `Write name:category, the name in lower case, the category one of ${CATEGORIES.join(", ")}.`,
      });
    }
  }
  for (const name of types) {
    if (!NAME.test(name)) {
      throw new AppError("invalid_argument", `"${name}" is no valid custom type.`, {
        hint: "A type is lower-case letters, digits, _ and -, and starts with a letter.",
      });
    }
  }
  return config;
}

/** Prefixes of the ids of a store; new ones get the first. */
export function prefixesOf(config: StoreConfig): readonly string[] {
  return [config.prefix, ...(config.allowed_prefixes ?? [])];
}

/** What a status means for scheduling; undefined for one that the store does not know. */
export function categoryOf(config: StoreConfig, status: string): StatusCategory | undefined {
  const builtIn: Readonly<Record<string, StatusCategory>> = STATUS_CATEGORY;
  return Object.hasOwn(builtIn, status)
    ? builtIn[status]
    : Object.hasOwn(config.statuses ?? {}, status)
      ? config.statuses?.[status]
      : undefined;
}

/** True when a bead with this status no longer blocks those that need it. A failed one does: what they need is not there. */
export function isSatisfying(config: StoreConfig, status: string): boolean {
  return status === "pinned" || (status !== "failed" && categoryOf(config, status) === "done");
}

/** True when work on a bead with this status has ended, well or badly. */
export function isDone(config: StoreConfig, status: string): boolean {
  return categoryOf(config, status) === "done";
}

/** The full name of a type, aliases resolved. @throws {AppError} invalid_argument */
export function resolveType(config: StoreConfig, type: string): string {
  const name = TYPE_ALIASES[type] ?? type;
  const builtIn: readonly string[] = BUILT_IN_TYPES;
  if (builtIn.includes(name) || config.types?.includes(name)) return name;
  throw new AppError("invalid_argument", `invalid issue type: ${type}`, {
    hint: `Use one of ${[...BUILT_IN_TYPES, ...(config.types ?? [])].join(", ")}, or add it to the custom types.`,
  });
}

/** @throws {AppError} invalid_argument */
export function requireStatus(config: StoreConfig, status: string): string {
  if (categoryOf(config, status) !== undefined) return status;
  const known = [...Object.keys(STATUS_CATEGORY), ...Object.keys(config.statuses ?? {})];
  throw new AppError("invalid_argument", `invalid status: ${status}`, {
    hint: `Use one of ${known.join(", ")}, or add it to the custom statuses.`,
  });
}

function isConfigShape(value: unknown): value is StoreConfig {
  if (typeof value !== "object" || value === null) return false;
  if (!("format" in value) || typeof value.format !== "number") return false;
  return "prefix" in value && typeof value.prefix === "string";
}

function damaged(cause?: unknown): AppError {
  return new AppError("corrupt", "gastown.json on the bead branch can not be read.", {
    hint: "Look at it with `git show <branch>:gastown.json`; restore it from an earlier commit of the branch.",
    cause,
  });
}
