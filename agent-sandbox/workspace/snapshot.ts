/** Keeps work that is not on the remote under a ref of its own, without touching branch, index or files. */
import { AppError } from "../../store/schema/errors.ts";
import {
  commitOf,
  type Identity,
  identityEnv,
  isAncestor,
  isPublished,
  treeOfWorktree,
  type WorktreePlace,
} from "./commits.ts";
import type { Git } from "./git.ts";

export interface SnapshotRequest {
  readonly worktree: WorktreePlace;
  /** Folder for temporary files, out of reach of the agent. */
  readonly scratch: string;
  readonly remote: string;
  readonly branch: string;
  readonly bead: string;
  readonly attempt: number;
  readonly identity: Identity;
}

export interface Snapshot {
  readonly ref: string;
  readonly commit: string;
}

/**
 * Commits everything uncommitted, or notes the unpublished head, under `refs/gastown/wip/<bead>/<attempt>`.
 * Undefined when all work is on the remote. Earlier snapshots of the attempt stay reachable from the new one.
 * @throws {AppError} precondition_failed (there is no commit to start from), git_failed, storage_full
 */
export async function takeSnapshot(git: Git, request: SnapshotRequest): Promise<Snapshot | undefined> {
  const { worktree, bead, attempt } = request;
  // An agent may have broken its HEAD; its branch is as good.
  const head =
    (await commitOf(git, "HEAD", { worktree })) ?? (await commitOf(git, `refs/heads/${request.branch}`));
  if (head === undefined) {
    throw new AppError(
      "precondition_failed",
      `Neither HEAD of ${worktree.path} nor ${request.branch} is a commit.`,
    );
  }
  const ref = `refs/gastown/wip/${bead}/${attempt}`;
  const tree = await treeOfWorktree(git, worktree, request.scratch, head);
  const clean = tree === (await git.run(["rev-parse", `${head}^{tree}`]));
  const earlier = await commitOf(git, ref);
  if (clean) {
    if (await isPublished(git, request.remote, head)) return undefined;
    if (earlier !== undefined && (await isAncestor(git, head, earlier))) return { ref, commit: earlier };
  } else if (earlier !== undefined && tree === (await git.run(["rev-parse", `${earlier}^{tree}`]))) {
    if (await isAncestor(git, head, earlier)) return { ref, commit: earlier };
  }
  const parents = [head];
  if (earlier !== undefined && !(await isAncestor(git, earlier, head))) parents.push(earlier);
  const commit =
    clean && parents.length === 1
      ? head
      : await git.run(
          [
            "commit-tree",
            tree,
            ...parents.flatMap(parent => ["-p", parent]),
            "-m",
            `Uncommitted work on ${bead}, attempt ${attempt}`,
          ],
          { env: identityEnv(request.identity) },
        );
  await git.run(["update-ref", "--no-deref", "-m", "snapshot", ref, commit]);
  return { ref, commit };
}
