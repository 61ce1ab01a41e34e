/** Questions about branches of a rig, and the retirement of merged ones. */
import { AppError } from "../../../../store/schema/errors.ts";
import type { Git } from "./git.ts";
import { explainGit } from "./git-errors.ts";

const FETCH_TIMEOUT_MS = 5 * 60_000;
const BRANCH = /^(?![-/.])(?!.*(\.\.|\/\/|\/\.|@\{|\.lock(\/|$)))[^\s~^:?*[\\\p{Cc}]+(?<![/.])$/u;
const OID = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** Is the commit in the remote's branch, as fetched now? @throws {AppError} invalid_argument, remote_unreachable, not_found (branch) */
export async function contains(
  git: Git,
  commit: string,
  branch: string,
): Promise<{ readonly contained: boolean; readonly tip: string }> {
  if (!OID.test(commit)) throw new AppError("invalid_argument", `"${commit.slice(0, 80)}" is no commit id.`);
  const tip = await fetchBranch(git, branch);
  if (tip === undefined) {
    throw new AppError("not_found", `The remote of ${git.gitDir} has no branch ${branch}.`, {
      hint: "Push it, or set the rig's target branch.",
    });
  }
  return { contained: await isAncestor(git, commit, tip), tip };
}

/** What became of a branch that was retired. */
export interface Retired {
  /** True when there is no local branch of the name any more. */
  readonly local: boolean;
  /** True when the remote has no branch of the name any more. */
  readonly remote: boolean;
  /** Ref that keeps commits which `contained_in` does not hold. */
  readonly archived?: string;
}

/**
 * Deletes a branch here and on the remote. Commits that the remote's `containedIn` does not hold are kept under an archive
 * ref first. A branch that a worktree with changes has checked out stays here.
 * @throws {AppError} invalid_argument, not_found, remote_unreachable, push_rejected, git_failed
 */
export async function retireBranch(git: Git, branch: string, containedIn: string): Promise<Retired> {
  checkBranch(branch);
  if (branch === containedIn || branch === "beads") {
    throw new AppError("invalid_argument", `${branch} is not a branch of a finished piece of work.`);
  }
  const target = await fetchBranch(git, containedIn);
  if (target === undefined) {
    throw new AppError("not_found", `The remote of ${git.gitDir} has no branch ${containedIn}.`);
  }
  const remote = await fetchBranch(git, branch);
  const local = await resolve(git, `refs/heads/${branch}`);
  let archived: string | undefined;
  for (const head of new Set([local, remote])) {
    if (head === undefined || (await isAncestor(git, head, target))) continue;
    archived = `refs/gastown/archive/${branch}/${head.slice(0, 12)}`;
    await git.run(["update-ref", archived, head]);
  }
  if (remote !== undefined) await deleteRemote(git, branch, remote);
  const gone = local === undefined || (await deleteLocal(git, branch, local));
  return { local: gone, remote: true, ...(archived === undefined ? {} : { archived }) };
}

/** As {@link retireBranch}, where nothing is on a remote. @throws {AppError} invalid_argument, not_found, git_failed */
export async function retireLocalBranch(git: Git, branch: string, containedIn: string): Promise<Retired> {
  checkBranch(branch);
  checkBranch(containedIn);
  const target = await resolve(git, `refs/heads/${containedIn}`);
  if (target === undefined || branch === containedIn || branch === "beads") {
    throw new AppError("not_found", `${git.gitDir} has no branch ${containedIn} that holds ${branch}.`);
  }
  const local = await resolve(git, `refs/heads/${branch}`);
  if (local === undefined) return { local: true, remote: true };
  let archived: string | undefined;
  if (!(await isAncestor(git, local, target))) {
    archived = `refs/gastown/archive/${branch}/${local.slice(0, 12)}`;
    await git.run(["update-ref", archived, local]);
  }
  const gone = await deleteLocal(git, branch, local);
  return { local: gone, remote: true, ...(archived === undefined ? {} : { archived }) };
}

/** The tip of the remote's branch, fetched now; undefined when the remote has none. */
async function fetchBranch(git: Git, branch: string): Promise<string | undefined> {
  checkBranch(branch);
  const ref = `refs/remotes/origin/${branch}`;
  const fetched = await git.attempt(
    ["fetch", "--quiet", "--no-tags", "origin", `+refs/heads/${branch}:${ref}`],
    {
      timeoutMs: FETCH_TIMEOUT_MS,
    },
  );
  if (fetched.code === 0) return resolve(git, ref);
  if (/couldn't find remote ref/.test(fetched.stderr)) {
    await git.attempt(["update-ref", "-d", ref]);
    return undefined;
  }
  throw explainGit("fetch", fetched);
}

async function deleteRemote(git: Git, branch: string, tip: string): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const pushed = await git.attempt(
    ["push", "--quiet", `--force-with-lease=${ref}:${tip}`, "origin", `:${ref}`],
    {
      timeoutMs: FETCH_TIMEOUT_MS,
    },
  );
  if (pushed.code === 0 || /remote ref does not exist/.test(pushed.stderr)) return;
  if (/stale info|rejected/.test(pushed.stderr)) {
    throw new AppError(
      "push_rejected",
      `The remote did not let ${branch} be deleted: it moved, or it is protected.`,
      {
        hint: "Look at the branch on the remote; it is tried again.",
        retryable: true,
      },
    );
  }
  throw explainGit("push", pushed);
}

async function deleteLocal(git: Git, branch: string, head: string): Promise<boolean> {
  const ref = `refs/heads/${branch}`;
  const worktrees = await git.run(["worktree", "list", "--porcelain"]);
  const inUse = worktrees.split("\n").includes(`branch ${ref}`);
  if (inUse) return false;
  await git.run(["update-ref", "-d", ref, head]);
  return true;
}

function checkBranch(branch: string): void {
  if (branch.length <= 255 && BRANCH.test(branch)) return;
  throw new AppError("invalid_argument", `"${branch.slice(0, 80)}" is no name of a branch.`);
}

async function isAncestor(git: Git, commit: string, tip: string): Promise<boolean> {
  const { code } = await git.attempt(["merge-base", "--is-ancestor", commit, tip]);
  // 1: it is not; 128: the commit is not known here, so it is not in what was fetched.
  return code === 0;
}

async function resolve(git: Git, ref: string): Promise<string | undefined> {
  const { code, stdout } = await git.attempt(["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]);
  return code === 0 ? stdout : undefined;
}
