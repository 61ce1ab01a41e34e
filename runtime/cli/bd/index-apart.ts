/** Builds the index of a repository in a process of its own: what that takes of memory is not added to the caller's. */
import { selfCommand } from "../self.ts";

/** Brings the index to the newest commit. Whether that went well shows in the index alone: the caller looks, and builds it itself. */
export async function buildIndexApart(gitDir: string): Promise<void> {
  try {
    const child = Bun.spawn([...selfCommand(), "bd", "__index", gitDir], {
      // The executable may have another name here; this one makes it take the words as they stand.
      argv0: Bun.isStandaloneExecutable ? "gastown" : process.execPath,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
    });
    await child.exited;
  } catch {
    // No process could be started.
  }
}
