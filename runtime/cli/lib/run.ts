/** Runs a program on a command line: help, version, the command, and one clear error on standard error. */
import { AppError, type ErrorShape } from "../../../store/schema/errors.ts";
import type { Command } from "./args.ts";
import { isUsageError } from "./args.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { commandHelp, groupHelp } from "./help.ts";
import type { Io } from "./io.ts";
import {
  findTarget,
  type Invocation,
  looseGlobal,
  type Program,
  parseInvocation,
  type Target,
  unknownCommand,
} from "./program.ts";
import { printable, styleFor } from "./style.ts";

/** What differs between the programs of the house. */
export interface RunOptions<C> {
  readonly io: Io;
  /** What commands are given, made once the line is understood. */
  context(invocation: Invocation<C>): C | Promise<C>;
  /** Clean-up after the command, however it ended. */
  dispose?(context: C): Promise<void>;
  /** Exit code for a failure; the table of exit-codes.ts when absent. */
  exitCode?(error: AppError): number;
  /** Prints a failure; the default writes text, or JSON with `--json`, to standard error. */
  onError?(error: AppError, json: boolean): void;
}

/** Answers the exit code; never throws. */
export async function runProgram<C>(
  program: Program<C>,
  words: readonly string[],
  options: RunOptions<C>,
): Promise<number> {
  const json = looseGlobal(words, "json");
  try {
    return await dispatch(program, words, options);
  } catch (thrown) {
    const error = AppError.from(thrown);
    if (options.onError !== undefined) options.onError(error, json);
    else printError(program.name, error, json, options.io, calledAs(program, words));
    return (options.exitCode ?? exitCodeOf)(error);
  }
}

async function dispatch<C>(
  program: Program<C>,
  words: readonly string[],
  options: RunOptions<C>,
): Promise<number> {
  const { io } = options;
  const asksHelp = words[0] === "help";
  const target = findTarget(program, asksHelp ? words.slice(1) : words);
  const command = await target.entry?.load?.();
  const before = beforeTerminator(target.rest);
  const help = asksHelp || before.includes("--help") || before.includes("-h");
  if (target.unknown !== undefined && (command === undefined || asksHelp))
    throw unknownCommand(program, target);
  if (help || command === undefined) {
    const text = helpText(program, target, command, io);
    if (help || target.path.length > 0 || words.length === 0) io.stdout.write(text);
    if (!help && target.rest.length > 0)
      parseInvocation(program, target.path, { summary: "", run: () => 0 }, target.rest);
    return 0;
  }
  try {
    const invocation = parseInvocation(program, target.path, command, target.rest);
    const context = await options.context(invocation);
    try {
      return (await command.run(invocation.input, context)) ?? 0;
    } finally {
      await options.dispose?.(context);
    }
  } catch (error) {
    throw withRemedy(error, [program.name, ...target.path].join(" "));
  }
}

/** A misuse of a command that says no more than what is wrong leads to the help of that command. */
function withRemedy(error: unknown, line: string): unknown {
  if (!(error instanceof AppError) || !isUsageError(error) || error.hint !== undefined) return error;
  const { code, message, data } = error;
  return new AppError(code, message, { hint: `Run "${line} --help" for help.`, data, cause: error });
}

function beforeTerminator(words: readonly string[]): readonly string[] {
  const end = words.indexOf("--");
  return end === -1 ? words : words.slice(0, end);
}

function helpText<C>(
  program: Program<C>,
  target: Target<C>,
  command: Command<C> | undefined,
  io: Io,
): string {
  const style = styleFor(io, io.stdout);
  if (command !== undefined) return commandHelp(program, target.path, command, target.subcommands, style);
  const summary = target.entry === undefined ? program.summary : `${target.entry.summary}.`;
  return groupHelp(program, target.path, target.subcommands, summary, style);
}

/** `gt mail send`: the command that the words name, as far as they name one. */
function calledAs<C>(program: Program<C>, words: readonly string[]): string {
  return [program.name, ...findTarget(program, words).path].join(" ");
}

/** Writes a failure for a person, or as `{"error": {...}}` for a program, to standard error. */
export function printError(name: string, error: AppError, json: boolean, io: Io, command = name): void {
  if (json) {
    const shape: { error: ErrorShape } = { error: error.toJSON() };
    io.stderr.write(`${JSON.stringify(shape)}\n`);
    return;
  }
  const style = styleFor(io, io.stderr);
  io.stderr.write(`${style.red(`${name}:`)} ${printable(error.message)}\n`);
  if (error.hint !== undefined) io.stderr.write(`${printable(error.hint)}\n`);
  else if (isUsageError(error)) io.stderr.write(`Run "${command} --help" for help.\n`);
}
