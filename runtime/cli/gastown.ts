/**
 * The one entry: `gastown gt ...`, `gastown bd ...`, `gastown demo`, `gastown sandbox SPEC`; or `gt` and `bd` by the name
 * that the executable is called by. Each part is loaded only when it is wanted.
 */
import { basename } from "node:path";

/** Runs the command line of this process and ends it with the exit code. */
export async function main(): Promise<never> {
  const [, , ...words] = process.argv;
  const name = Bun.isStandaloneExecutable ? basename(process.argv0) : "gastown";
  process.exit(
    name === "gt" || name === "bd" ? await dispatch(name, words) : await dispatch(words[0], words.slice(1)),
  );
}

async function dispatch(part: string | undefined, words: readonly string[]): Promise<number> {
  switch (part) {
    case "gt":
      return await (await import("./gt.ts")).gt(words);
    case "bd":
      return await (await import("./bd.ts")).bd(words);
    case "demo":
      return await (await import("./demo/demo.ts")).demo(words);
    case "sandbox":
      return await (await import("./sandbox.ts")).sandbox(words);
    default:
      return await (await import("./root.ts")).root(part === undefined ? words : [part, ...words]);
  }
}

if (import.meta.main) void main();
