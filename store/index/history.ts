/** Commits and their events between two points of a branch. */
import type { BeadEvent } from "../api.ts";
import type { Branch } from "../branch/branch.ts";
import { parseEvents } from "../branch/commit-message.ts";
import type { CommitData } from "../branch/objects.ts";

/** A commit with its id. */
export interface NamedCommit extends CommitData {
  readonly oid: string;
}

/**
 * Commits that `to` contains and `from` does not, oldest first; the newest `limit` of them.
 * Works over merges: newest first by date, until only commits of `from` are left.
 */
export async function commitsBetween(
  branch: Branch,
  from: string | undefined,
  to: string | undefined,
  limit: number,
): Promise<NamedCommit[]> {
  const found: NamedCommit[] = [];
  const known = new Map<string, { commit: NamedCommit; old: boolean; done: boolean }>();
  const queue: string[] = [];
  const visit = async (oid: string, old: boolean) => {
    const entry = known.get(oid);
    if (entry === undefined) {
      known.set(oid, { commit: { ...(await branch.readCommit(oid)), oid }, old, done: false });
      queue.push(oid);
    } else if (old && !entry.old) {
      entry.old = true;
      if (entry.done) queue.push(oid);
    }
  };
  if (to !== undefined) await visit(to, false);
  if (from !== undefined) await visit(from, true);
  while (queue.some(oid => known.get(oid)?.old === false) && found.length < limit) {
    queue.sort((a, b) => dateOf(known.get(a)?.commit) - dateOf(known.get(b)?.commit));
    const entry = known.get(queue.pop() ?? "");
    if (entry === undefined) break;
    if (!entry.old && !entry.done) found.push(entry.commit);
    entry.done = true;
    for (const parent of entry.commit.parents) await visit(parent, entry.old);
  }
  return found.filter(commit => known.get(commit.oid)?.old === false).reverse();
}

/** The events that a commit's message tells, oldest first. */
export function eventsOf(
  commits: readonly NamedCommit[],
): { readonly commit: string; readonly event: BeadEvent }[] {
  return commits.flatMap(commit => parseEvents(commit.message).map(event => ({ commit: commit.oid, event })));
}

function dateOf(commit: CommitData | undefined): number {
  return commit?.committer.time ?? 0;
}
