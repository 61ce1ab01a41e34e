/**
 * Declarative command definitions: one object gives parsing, types, help and shell completion.
 * The words themselves are split by `wordTokens`; this file adds types, aliases, negation, choices and errors.
 */
import { AppError } from "../../../store/schema/errors.ts";
import { didYouMean } from "./suggest.ts";
import { type WordOption, wordTokens } from "./word-tokens.ts";

/** What a value names, so that the shell can complete it. */
export type Completion =
  | "bead"
  | "rig"
  | "agent"
  | "convoy"
  | "command"
  | "status"
  | "type"
  | "label"
  | "file"
  | "directory";

interface FlagBase {
  /** One line for the help, without a full stop. */
  readonly summary: string;
  /** One letter. */
  readonly short?: string;
  /** Other long names, not shown in the help. */
  readonly aliases?: readonly string[];
  /** Works, but is not shown. */
  readonly hidden?: boolean;
  /** Heading in the help under which it stands; "Flags" when absent. */
  readonly group?: string;
}
/** `--name`, and `--no-name` when `negatable`; `--name=false` is understood too. */
export interface BooleanFlag extends FlagBase {
  readonly type: "boolean";
  readonly negatable?: boolean;
  readonly default?: boolean;
}
interface ValueFlag extends FlagBase {
  /** Placeholder in the help, e.g. "id"; the type when absent. */
  readonly value?: string;
  readonly complete?: Completion;
  /** May be given more than once; the result is a list. */
  readonly multiple?: boolean;
}
export interface StringFlag extends ValueFlag {
  readonly type: "string";
  readonly choices?: readonly string[];
  readonly default?: string;
  /** Splits each value at commas, for `multiple` flags. */
  readonly commas?: boolean;
  /** Value when the flag stands without one (`--flag`, as against `--flag=value`); the next word is then not taken. */
  readonly bare?: string;
}
export interface NumberFlag extends ValueFlag {
  readonly type: "integer" | "number";
  readonly min?: number;
  readonly max?: number;
  readonly default?: number;
}
export type Flag = BooleanFlag | StringFlag | NumberFlag;
export type Flags = Readonly<Record<string, Flag>>;

export interface Positional {
  readonly name: string;
  readonly summary?: string;
  readonly required?: boolean;
  /** Takes all words that are left; only for the last one. */
  readonly rest?: boolean;
  readonly complete?: Completion;
  readonly choices?: readonly string[];
}

type Scalar<F extends Flag> = F extends BooleanFlag ? boolean : F extends StringFlag ? string : number;
type FlagValue<F extends Flag> = F extends { readonly multiple: true }
  ? readonly Scalar<F>[]
  : F extends { readonly default: string | number | boolean }
    ? Scalar<F>
    : Scalar<F> | undefined;
/** Parsed flags by their definition; names keep their dashes: `flags["dry-run"]`. */
export type FlagValues<F extends Flags> = { readonly [K in keyof F]: FlagValue<F[K]> };

/** What a command's `run` is given. */
export interface Input<F extends Flags> {
  readonly flags: FlagValues<F>;
  /** Positional words in order, those of `rest` included. */
  readonly args: readonly string[];
  /** Words after `--`, for a command that has `trailing`. */
  readonly trailing: readonly string[];
  /** Names of the flags that stood on the command line, to tell a default from a choice. */
  readonly given: ReadonlySet<string>;
}

/** An example of the help. */
export interface Example {
  readonly line: string;
  readonly note?: string;
}

/** A leaf command. `C` is what the program hands to every command: output, clients, the global flags. */
export interface Command<C = unknown, F extends Flags = Flags> {
  readonly summary: string;
  /** More paragraphs for `--help`. */
  readonly description?: string;
  readonly examples?: readonly Example[];
  readonly flags?: F;
  readonly positionals?: readonly Positional[];
  /** Words after `--` are a command line of their own and come as `trailing`; without this they are positionals. */
  readonly trailing?: { readonly name: string; readonly summary: string };
  /** Answers the exit code; nothing means 0. Failures are thrown as AppError. */
  run(input: Input<F>, context: C): Promise<number | undefined> | number | undefined;
}

/**
 * Types a command by its own flags and gives it back as one that a tree can hold.
 * @example defineCommand<Context>()({ summary: "Show a bead", flags: { long: { type: "boolean", summary: "..." } }, run: ({ flags }) => ... })
 */
export function defineCommand<C>(): <const F extends Flags>(command: Command<C, F>) => Command<C> {
  // SAFETY: `run` is only ever called with what `parseWords` made from the very `flags` that stand beside it.
  return command => command as unknown as Command<C>;
}

/** Parsed words, before they are checked against positionals. */
export interface Parsed {
  readonly flags: Record<string, unknown>;
  readonly args: readonly string[];
  readonly trailing: readonly string[];
  readonly given: ReadonlySet<string>;
}

/** A misuse of the command line: exit code 2. */
export function usageError(message: string, hint?: string): AppError {
  return new AppError("invalid_argument", message, { hint, data: { usage: true } });
}

/** True for what `usageError` made. */
export function isUsageError(error: unknown): boolean {
  return error instanceof AppError && error.data?.usage === true;
}

/**
 * Splits words into flags and positionals and gives flags their types and defaults.
 * @throws {AppError} invalid_argument (a usage error) for an unknown flag or a bad value
 */
export function parseWords(words: readonly string[], flags: Flags, trailing = false): Parsed {
  const names = longNames(flags);
  const tokens = wordTokens(words, parserOptions(flags, names));
  const values: Record<string, unknown> = {};
  const given = new Set<string>();
  const args: string[] = [];
  const end = tokens.find(token => token.kind === "option-terminator")?.index ?? words.length;
  for (const token of tokens) {
    if (token.kind === "positional" && !(trailing && token.index > end)) args.push(token.value);
    if (token.kind !== "option") continue;
    const match = matchFlag(token.name, token.rawName, names);
    if (match === undefined) throw unknownFlag(token.rawName, names);
    given.add(match.name);
    const inline = token.value?.startsWith("=") && !token.rawName.startsWith("--");
    const text = inline ? token.value?.slice(1) : token.value;
    const value = readValue(match, token.rawName, text);
    const flag = flags[match.name];
    if (flag !== undefined && "multiple" in flag && flag.multiple === true) {
      const before = values[match.name];
      values[match.name] = [
        ...(Array.isArray(before) ? before : []),
        ...(Array.isArray(value) ? value : [value]),
      ];
    } else values[match.name] = value;
  }
  for (const [name, flag] of Object.entries(flags)) {
    if (name in values) continue;
    if ("multiple" in flag && flag.multiple === true) values[name] = [];
    else if (flag.default !== undefined) values[name] = flag.default;
  }
  return { flags: values, args, trailing: trailing ? words.slice(end + 1) : [], given };
}

/** Checks the number of positionals and their choices. @throws {AppError} invalid_argument (a usage error) */
export function checkPositionals(args: readonly string[], positionals: readonly Positional[]): void {
  const missing = positionals.find((p, index) => p.required === true && args[index] === undefined);
  if (missing !== undefined) {
    throw usageError(
      `Missing ${missing.name}.`,
      missing.summary === undefined ? undefined : `${missing.name}: ${missing.summary}.`,
    );
  }
  const last = positionals.at(-1);
  if (last?.rest !== true && args.length > positionals.length) {
    throw usageError(`Unexpected argument "${args[positionals.length]}".`);
  }
  for (const [index, word] of args.entries()) {
    const choices = positionals[index]?.choices;
    if (choices !== undefined && !choices.includes(word)) {
      throw usageError(`"${word}" is not one of ${choices.join(", ")}.`, didYouMean(word, choices));
    }
  }
}

interface NameMatch {
  readonly name: string;
  readonly flag: Flag;
  readonly negated: boolean;
}

function longNames(flags: Flags): Map<string, NameMatch> {
  const names = new Map<string, NameMatch>();
  for (const [name, flag] of Object.entries(flags)) {
    for (const long of [name, ...(flag.aliases ?? [])]) {
      names.set(long, { name, flag, negated: false });
      if (flag.type === "boolean" && flag.negatable === true) {
        names.set(`no-${long}`, { name, flag, negated: true });
      }
    }
    if (flag.short !== undefined) names.set(`-${flag.short}`, { name, flag, negated: false });
  }
  return names;
}

function parserOptions(flags: Flags, names: ReadonlyMap<string, NameMatch>) {
  const options: Record<string, WordOption> = {};
  for (const [long, { name, flag }] of names) {
    if (long.startsWith("-")) continue;
    const bare = flag.type === "string" && flag.bare !== undefined;
    const type = flag.type === "boolean" || bare ? "boolean" : "string";
    const short = long === name ? flags[name]?.short : undefined;
    options[long] = short === undefined ? { type } : { type, short };
  }
  return options;
}

function matchFlag(name: string, raw: string, names: ReadonlyMap<string, NameMatch>): NameMatch | undefined {
  return names.get(raw.startsWith("--") ? name : raw) ?? names.get(name);
}

function unknownFlag(raw: string, names: ReadonlyMap<string, NameMatch>): AppError {
  const known = [...names]
    .filter(([, m]) => m.flag.hidden !== true)
    .map(([n]) => (n.startsWith("-") ? n : `--${n}`));
  return usageError(`Unknown flag ${raw}.`, didYouMean(raw, known));
}

function rangeOf({ min, max }: { readonly min?: number; readonly max?: number }): string {
  if (min === undefined) return `of at most ${max}`;
  return max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
}

function readValue({ flag, negated }: NameMatch, raw: string, text: string | undefined): unknown {
  if (flag.type === "boolean") {
    if (text === undefined) return !negated;
    if (!/^(true|false|1|0|yes|no)$/i.test(text))
      throw usageError(`${raw} takes true or false, not "${text}".`);
    return /^(true|1|yes)$/i.test(text) !== negated;
  }
  if (flag.type === "string") {
    const value = text ?? flag.bare;
    if (value === undefined) throw usageError(`${raw} needs a value.`);
    const parts =
      flag.commas === true
        ? value
            .split(",")
            .map(part => part.trim())
            .filter(Boolean)
        : [value];
    const { choices } = flag;
    const wrong = choices === undefined ? undefined : parts.find(part => !choices.includes(part));
    if (choices !== undefined && wrong !== undefined) {
      throw usageError(
        `${raw} takes one of ${choices.join(", ")}, not "${wrong}".`,
        didYouMean(wrong, choices),
      );
    }
    return flag.commas === true ? parts : value;
  }
  if (text === undefined || text.trim() === "") throw usageError(`${raw} needs a number.`);
  const number = Number(text);
  if (!Number.isFinite(number) || (flag.type === "integer" && !Number.isInteger(number))) {
    throw usageError(
      `${raw} takes ${flag.type === "integer" ? "a whole number" : "a number"}, not "${text}".`,
    );
  }
  if (number < (flag.min ?? number) || number > (flag.max ?? number)) {
    throw usageError(`${raw} takes a number ${rangeOf(flag)}, not ${text}.`);
  }
  return number;
}
