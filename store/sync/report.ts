/** What a sync did. */
import type { TreeReport } from "../merge/index.ts";

/** See the file comment. */
export interface SyncReport {
  /** Name of the remote, or its URL without user and password. */
  readonly remote: string;
  readonly url: string;
  /** The branch there. */
  readonly ref: string;
  /** Commits of ours that the remote did not have, before the sync. */
  readonly ahead: number;
  /** Commits of the remote that we did not have, before the sync. */
  readonly behind: number;
  /** Commit of the local branch now; undefined when there is none on either side. */
  readonly commit: string | undefined;
  /** True when the local branch has all of the remote's commits now. */
  readonly pulled: boolean;
  /** True when the remote has all of our commits now. */
  readonly pushed: boolean;
  /** The merge commit, when both sides had moved. */
  readonly merge: string | undefined;
  /** What the merge did; undefined when there was none. */
  readonly changes: TreeReport | undefined;
  /** Where the local state is kept that was given up for a rewritten remote; undefined when it was not rewritten. */
  readonly backup: string | undefined;
  /** Rounds that it took: more than one when others pushed at the same time. */
  readonly attempts: number;
}

/** Where the local branch stands to a remote, as far as is known without or with asking it. */
export interface SyncStatus {
  readonly remote: string;
  readonly url: string;
  readonly ref: string;
  readonly commit: string | undefined;
  /** Where the remote was when it was last seen, or is now when it was asked. */
  readonly remote_commit: string | undefined;
  readonly ahead: number;
  /** Undefined when the remote has commits that were not fetched yet. */
  readonly behind: number | undefined;
  /** Whether the remote was asked. */
  readonly asked: boolean;
  /** True when the remote's history was rewritten since we last saw it, as far as is known. */
  readonly rewritten: boolean;
}
