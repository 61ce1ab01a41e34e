/** A program: a tree of commands that are loaded only when they are called. */
import type { AppError } from "../../../store/schema/errors.ts";
import {
  type Command,
  checkPositionals,
  type Flags,
  type FlagValues,
  type Input,
  parseWords,
  usageError,
} from "./args.ts";
import { didYouMean } from "./suggest.ts";

/** A place in the tree: a command to load, or a group of more, or both. */
export interface Entry<C> {
  readonly summary: string;
  readonly aliases?: readonly string[];
  readonly hidden?: boolean;
  /** Heading in the help of the level above. */
  readonly group?: string;
  readonly load?: () => Promise<Command<C>>;
  readonly commands?: Tree<C>;
}
export type Tree<C> = Readonly<Record<string, Entry<C>>>;

export interface Program<C> {
  readonly name: string;
  /** One or two sentences over the list of commands. */
  readonly summary: string;
  readonly commands: Tree<C>;
  /** Flags that stand anywhere on the line; `help` and `version` are there by themselves. */
  readonly globals: Flags;
  readonly footer?: string;
  /** Commands that people know from elsewhere and that are not here, with what to do instead. */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

/** Where a command line leads. */
export interface Target<C> {
  /** Names from the root on, aliases resolved: ["rig", "add"]. */
  readonly path: readonly string[];
  /** Undefined at the root. */
  readonly entry: Entry<C> | undefined;
  readonly subcommands: Tree<C>;
  /** The words that are not part of the path, global flags before it included. */
  readonly rest: readonly string[];
  /** The first word that might have been meant as a command of a group. */
  readonly unknown: string | undefined;
}

/** Walks the words down the tree as far as they name commands; global flags may stand between. */
export function findTarget<C>(program: Program<C>, words: readonly string[]): Target<C> {
  const path: string[] = [];
  const rest: string[] = [];
  let subcommands = program.commands;
  let entry: Entry<C> | undefined;
  let index = 0;
  for (; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word === "--") break;
    if (word.startsWith("-") && word !== "-") {
      rest.push(word);
      const value = words[index + 1];
      if (takesNextWord(program.globals, word) && value !== undefined) {
        rest.push(value);
        index += 1;
      } else if (!isGlobal(program.globals, word)) {
        index += 1;
        break;
      }
      continue;
    }
    const name = lookUp(subcommands, word);
    const next = name === undefined ? undefined : subcommands[name];
    if (name === undefined || next === undefined) break;
    path.push(name);
    entry = next;
    subcommands = next.commands ?? {};
  }
  const left = words.slice(index);
  const word = left[0];
  const isWord = word !== undefined && !word.startsWith("-");
  return { path, entry, subcommands, rest: [...rest, ...left], unknown: isWord ? word : undefined };
}

/** The canonical name for a name or an alias on this level. */
export function lookUp<C>(tree: Tree<C>, word: string): string | undefined {
  if (Object.hasOwn(tree, word)) return word;
  return Object.entries(tree).find(([, entry]) => entry.aliases?.includes(word) === true)?.[0];
}

/** The error for a word that names no command here. */
export function unknownCommand<C>(program: Program<C>, target: Target<C>): AppError {
  const names = Object.entries(target.subcommands)
    .filter(([, entry]) => entry.hidden !== true)
    .flatMap(([name, entry]) => [name, ...(entry.aliases ?? [])])
    .concat(target.path.length === 0 ? ["help"] : []);
  const line = [program.name, ...target.path].join(" ");
  const instead = target.path.length === 0 ? program.elsewhere?.[target.unknown ?? ""] : undefined;
  if (instead !== undefined) return usageError(`"${line} ${target.unknown}" is not offered.`, instead);
  return usageError(
    `Unknown command "${target.unknown}" for "${line}".`,
    didYouMean(target.unknown ?? "", names) ?? `Run "${line} --help" for the list.`,
  );
}

/** A command line that was understood: what to run, with its input, and the global flags. */
export interface Invocation<C> {
  readonly path: readonly string[];
  readonly command: Command<C>;
  readonly input: Input<Flags>;
  readonly globals: Readonly<Record<string, unknown>>;
}

/**
 * Reads the words for a loaded command.
 * @throws {AppError} invalid_argument (a usage error)
 */
export function parseInvocation<C>(
  program: Program<C>,
  path: readonly string[],
  command: Command<C>,
  rest: readonly string[],
): Invocation<C> {
  const own = command.flags ?? {};
  const parsed = parseWords(rest, { ...program.globals, ...own }, command.trailing !== undefined);
  checkPositionals(parsed.args, command.positionals ?? []);
  const pick = (flags: Flags) =>
    Object.fromEntries(Object.keys(flags).map(name => [name, parsed.flags[name]]));
  return {
    path,
    command,
    // SAFETY: parseWords gave each flag the type that its definition asks for.
    input: {
      flags: pick(own) as FlagValues<Flags>,
      args: parsed.args,
      trailing: parsed.trailing,
      given: parsed.given,
    },
    globals: pick(program.globals),
  };
}

/** Only the global flags of a line, unknown words ignored: to know `--json` when reading the line fails. */
export function looseGlobal(words: readonly string[], name: string): boolean {
  const end = words.indexOf("--");
  return words
    .slice(0, end === -1 ? words.length : end)
    .some(word => word === `--${name}` || word === `--${name}=true`);
}

function takesNextWord(globals: Flags, word: string): boolean {
  if (word.includes("=")) return false;
  const flag = findFlag(globals, word);
  return (
    flag !== undefined && flag.type !== "boolean" && !(flag.type === "string" && flag.bare !== undefined)
  );
}

function isGlobal(globals: Flags, word: string): boolean {
  return findFlag(globals, word.split("=")[0] ?? word) !== undefined;
}

function findFlag(flags: Flags, word: string) {
  return Object.entries(flags).find(
    ([name, flag]) =>
      word === `--${name}` ||
      (word === `--no-${name}` && flag.type === "boolean" && flag.negatable === true) ||
      (flag.short !== undefined && word === `-${flag.short}`) ||
      flag.aliases?.some(alias => word === `--${alias}`) === true,
  )?.[1];
}
