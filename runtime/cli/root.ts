/** `gastown` itself: what is in it, and its version. */
import type { Command } from "./lib/args.ts";
import { fastIo } from "./lib/fast-io.ts";
import type { Program } from "./lib/program.ts";
import { runProgram } from "./lib/run.ts";
import { VERSION } from "./version.ts";

const versionCommand: Command<undefined> = {
  summary: "Prints the version",
  run: () => {
    process.stdout.write(`gastown ${VERSION} (Bun ${Bun.version}, ${process.platform}-${process.arch})\n`);
    return 0;
  },
};

const ROOT: Program<undefined> = {
  name: "gastown",
  summary: "Runs many coding agents at once on real git repositories, and never loses their work.",
  globals: { help: { type: "boolean", short: "h", summary: "show help" } },
  commands: {
    demo: { summary: "A town that does the main job in front of you" },
    gt: { summary: "The town: rigs, agents, merges, dashboard" },
    bd: { summary: "Beads: issues on a git branch, with or without a town" },
    version: { summary: "The version", load: async () => versionCommand },
    sandbox: { summary: "One agent's process; started by the town", hidden: true },
  },
};

/** Runs what is no part of its own, and answers the exit code. */
export async function root(words: readonly string[]): Promise<number> {
  const asksVersion = words.length === 1 && (words[0] === "--version" || words[0] === "-V");
  return await runProgram(ROOT, asksVersion ? ["version"] : words, {
    io: fastIo(),
    context: () => undefined,
  });
}
