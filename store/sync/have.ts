/** Which commits to name to a remote, so that it sends only what is not here. */
import type { Branch } from "../branch/branch.ts";

/** Commits named one after the other before the steps grow. */
const DENSE = 16;
/** Commits named at most. */
const MAX_HAVE = 64;

/**
 * Commits of the local branch that the remote may know: the one it was last seen at, the newest ones of ours, and older
 * ones in growing steps.
 */
export async function commitsToName(
  branch: Branch,
  seen: string | undefined,
  local: string | undefined,
): Promise<string[]> {
  const named = new Set<string>();
  if (seen !== undefined) named.add(seen);
  if (local === undefined) return [...named];
  named.add(local);
  // What the remote had when it was last seen is enough; it is only guessed when that is not known.
  if (seen !== undefined) return [...named];
  let step = 1;
  let oid: string | undefined = local;
  for (let at = 0; oid !== undefined && named.size < MAX_HAVE; at++) {
    if (at % step === 0) named.add(oid);
    if (at >= DENSE && at % (step * 2) === 0) step *= 2;
    oid = (await branch.readCommit(oid)).parents[0];
  }
  return [...named];
}
