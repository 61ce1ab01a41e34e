/** The commits of the shared branch and of the one that stays on this machine, as one log. */
import { parseEvents } from "../../../store/branch/commit-message.ts";
import type { NamedCommit } from "../../../store/index/history.ts";
import type { BeadCommit } from "./backend.ts";

/** A commit as commands see it. */
export function beadCommit(commit: NamedCommit): BeadCommit {
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
export function withTwins(shared: readonly BeadCommit[], local: readonly BeadCommit[]): BeadCommit[] {
  const rest = new Map(local.map(commit => [keyOf(commit), commit]));
  const joined = shared.map(commit => {
    const twin = commit.events.length === 0 ? undefined : rest.get(keyOf(commit));
    if (twin === undefined) return commit;
    rest.delete(keyOf(commit));
    return { ...commit, twin: twin.commit };
  });
  return [...joined, ...rest.values()].sort((a, b) => timeOf(a) - timeOf(b));
}

function keyOf(commit: BeadCommit): string {
  return `${commit.at} ${JSON.stringify(commit.events)}`;
}

/** Commits have whole seconds; their events know more. */
function timeOf(commit: BeadCommit): number {
  const second = Date.parse(commit.at);
  const exact = Date.parse(commit.events.at(-1)?.at ?? "");
  return exact >= second && exact < second + 1000 ? exact : second;
}
