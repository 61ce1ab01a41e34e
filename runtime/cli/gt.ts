/** `gt`: the town's command line. */

import { createContext } from "./gt/context.ts";
import { GT } from "./gt/program.ts";
import { fastIo } from "./lib/fast-io.ts";
import { runProgram } from "./lib/run.ts";
import { bunCommand } from "./self.ts";

/** Runs one command line and answers its exit code. */
export async function gt(words: readonly string[]): Promise<number> {
  if (words[0] === "bun") return await runBun(words.slice(1));
  const io = fastIo();
  const asksVersion = words.length === 1 && (words[0] === "--version" || words[0] === "-V");
  return await runProgram(GT, asksVersion ? ["version"] : words, {
    io,
    context: ({ globals }) => createContext(io, globals),
  });
}

/** `gt bun ...`: the Bun inside this program, for gates and scripts on machines that have no other. */
async function runBun(words: readonly string[]): Promise<number> {
  const { argv, env } = bunCommand();
  const child = Bun.spawn([...argv, ...words], {
    env: { ...process.env, ...env },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  return await child.exited;
}

if (import.meta.main) void gt(process.argv.slice(2)).then(code => process.exit(code));
