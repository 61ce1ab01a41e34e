/** The whole history of a commit. */
import type { Branch } from "../branch/branch.ts";

/** The commit and all that it came from. */
export async function allCommits(branch: Branch, tip: string): Promise<string[]> {
  const seen = new Set([tip]);
  // A set goes on to what is added while it is walked.
  for (const oid of seen) for (const parent of (await branch.readCommit(oid)).parents) seen.add(parent);
  return [...seen];
}
