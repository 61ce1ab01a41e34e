/** Says where a bead branch stands to a remote, without changing anything. */
import type { Branch } from "../branch/branch.ts";
import { relate } from "../merge/index.ts";
import { allCommits } from "./all-commits.ts";
import type { SyncPorts } from "./ports.ts";
import { findRemote, type RemoteChoice } from "./remote.ts";
import type { SyncStatus } from "./report.ts";

/** What to find out. */
export interface StatusOptions extends RemoteChoice {
  /** Ask the remote where it is now, rather than only look at what was seen last. Default false. */
  readonly ask?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws {AppError} not_found (no remote), ambiguous; with `ask` what `syncBranch` throws */
export async function syncStatus(
  branch: Branch,
  ports: SyncPorts,
  options: StatusOptions = {},
): Promise<SyncStatus> {
  const remote = await findRemote(branch, ports, options);
  const seen = await branch.sibling(remote.tracking).head();
  const asked = options.ask === true;
  const theirs = asked ? await remote.transport.head(options.signal) : seen;
  const commit = await branch.head();
  const known = theirs === undefined || (await branch.objects.find(theirs)) !== undefined;
  const compared = known ? theirs : seen;
  const relation =
    commit === undefined || compared === undefined ? undefined : await relate(branch, commit, compared);
  const rewritten =
    known && seen !== undefined && theirs !== undefined && (await relate(branch, seen, theirs)).base !== seen;
  const all = async (tip: string | undefined) =>
    tip === undefined ? 0 : (await allCommits(branch, tip)).length;
  return {
    remote: remote.name,
    url: remote.url,
    ref: remote.ref,
    commit,
    remote_commit: theirs,
    ahead: relation?.ahead.length ?? (await all(commit)),
    behind: known ? (relation?.behind.length ?? (await all(theirs))) : undefined,
    asked,
    rewritten,
  };
}
