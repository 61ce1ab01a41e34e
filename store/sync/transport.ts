/** One bead branch on one remote, whatever the way there. */

/** What a push came to. "raced": somebody else was quicker, look again; nothing was changed. */
export type PushOutcome = "done" | "raced";

/**
 * Every call may throw {AppError} remote_unreachable, unauthenticated, forbidden, not_found (no such repository),
 * cancelled (the signal), git_failed, and may be made again.
 */
export interface Transport {
  /** Commit of the branch on the remote; undefined when the remote has no such branch, or nothing at all. */
  head(signal?: AbortSignal): Promise<string | undefined>;
  /**
   * Brings the branch's commit with all that it needs into the repository, and holds it with the ref `into`.
   * @param have commits that the repository and likely the remote have
   * @returns the commit, which may be newer than what `head` said
   * @throws {AppError} not_supported when the clone is too shallow and can not be deepened
   */
  fetch(into: string, have: readonly string[], signal?: AbortSignal): Promise<string | undefined>;
  /**
   * Moves the branch on the remote from `expected` to `commit`, which came from it.
   * @param added the commits that the remote lacks
   * @throws {AppError} push_rejected when the remote does not want it (a hook, a protected branch)
   */
  push(push: Push, signal?: AbortSignal): Promise<PushOutcome>;
}

/** A push. */
export interface Push {
  readonly commit: string;
  /** What the remote has now; undefined for no such branch. */
  readonly expected: string | undefined;
  /** The commits that the remote lacks. */
  readonly added: readonly string[];
}
