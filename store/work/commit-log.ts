/** The commits of the shared branch and of the one that stays on this machine, as one log. */
import type { BeadChange, StoreCommit } from "../api.ts";
import type { Branch } from "../branch/branch.ts";
import { parseEvents } from "../branch/commit-message.ts";
import { beadIdOfPath } from "../branch/layout.ts";
import { commitsBetween, type NamedCommit } from "../index/history.ts";
import { parseBeadFile } from "../model/bead-file.ts";
import type { Bead } from "../schema/bead.ts";

/** The newest commits of these branches, newest first. */
export async function commitLog(branches: readonly Branch[], limit: number): Promise<StoreCommit[]> {
  const lists: StoreCommit[][] = [];
  for (const branch of branches) {
    const commits = await commitsBetween(branch, undefined, await branch.head(), limit);
    lists.push(commits.map(storeCommit));
  }
  const [shared = [], local = []] = lists;
  return withTwins(shared, local).reverse();
}

/** The beads that differ between two commits, by id; everything of `to` when `from` is absent. */
export async function beadChanges(
  branch: Branch,
  from: string | undefined,
  to: string,
): Promise<BeadChange[]> {
  const changes: BeadChange[] = [];
  for (const { path, before, after } of await branch.diff(from, to)) {
    const id = beadIdOfPath(path);
    if (id === undefined) continue;
    changes.push({
      id,
      before: await beadOf(branch, path, before),
      after: await beadOf(branch, path, after),
    });
  }
  return changes.sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function beadOf(
  branch: Branch,
  path: string,
  file: { readonly mode: string; readonly oid: string } | undefined,
): Promise<Bead | undefined> {
  if (file === undefined) return undefined;
  const parsed = parseBeadFile(path, file.mode, await branch.readBlob(file.oid));
  return parsed.kind === "bead" ? parsed.bead : undefined;
}

function storeCommit(commit: NamedCommit): StoreCommit {
  return {
    commit: commit.oid,
    author: commit.author.name,
    at: new Date(commit.author.time * 1000).toISOString(),
    subject: commit.message.split("\n", 1)[0] ?? "",
    parents: commit.parents,
    events: parseEvents(commit.message),
  };
}

/** Both logs as one, in the order of time. A change that writes to both branches makes a commit on each: one entry, with its twin. */
function withTwins(shared: readonly StoreCommit[], local: readonly StoreCommit[]): StoreCommit[] {
  const rest = new Map(local.map(commit => [keyOf(commit), commit]));
  const joined = shared.map(commit => {
    const twin = commit.events.length === 0 ? undefined : rest.get(keyOf(commit));
    if (twin === undefined) return commit;
    rest.delete(keyOf(commit));
    return { ...commit, twin: twin.commit };
  });
  return [...joined, ...rest.values()].sort((a, b) => timeOf(a) - timeOf(b));
}

function keyOf(commit: StoreCommit): string {
  return `${commit.at} ${JSON.stringify(commit.events)}`;
}

/** Commits have whole seconds; their events know more. */
function timeOf(commit: StoreCommit): number {
  const second = Date.parse(commit.at);
  const exact = Date.parse(commit.events.at(-1)?.at ?? "");
  return exact >= second && exact < second + 1000 ? exact : second;
}
