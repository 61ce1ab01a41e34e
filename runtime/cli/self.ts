/** How this program starts itself again: as a sandbox process, as `gt` and `bd` for agents, as the Bun inside it. */
import { join } from "node:path";

/** A program and the words and variables that it needs before one's own. */
export interface Launcher {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Starts this program: `[...argv, "gt", "status"]`. The executable alone when compiled, Bun and the entry from sources. */
export function selfCommand(): readonly string[] {
  return Bun.isStandaloneExecutable
    ? [process.execPath]
    : [process.execPath, join(import.meta.dir, "gastown.ts")];
}

/** Starts the Bun that runs this program, also on a machine that has none: the executable is one itself. */
export function bunCommand(): Launcher {
  return { argv: [process.execPath], env: Bun.isStandaloneExecutable ? { BUN_BE_BUN: "1" } : {} };
}
