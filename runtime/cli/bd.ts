/** `bd`: beads on a git branch. */
import { createContext } from "./bd/create-context.ts";
import { bdExitCode, printFailure } from "./bd/output.ts";
import { BD } from "./bd/program.ts";
import { fastIo } from "./lib/fast-io.ts";
import type { Io } from "./lib/io.ts";
import { looseGlobal } from "./lib/program.ts";
import { runProgram } from "./lib/run.ts";

/** Runs one command line and answers its exit code. */
export async function bd(words: readonly string[], io: Io = fastIo()): Promise<number> {
  const asksVersion = words.length === 1 && (words[0] === "--version" || words[0] === "-V");
  const json = looseGlobal(words, "json") || words.includes("--format=json");
  return await runProgram(BD, asksVersion ? ["version"] : words, {
    io,
    context: ({ path, globals }) => createContext(io, globals, path, BD),
    dispose: context => context.dispose(),
    exitCode: bdExitCode,
    onError: error => printFailure(io, error, json),
  });
}

if (import.meta.main) void bd(process.argv.slice(2)).then(code => process.exit(code));
