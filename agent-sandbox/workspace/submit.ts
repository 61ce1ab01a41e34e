/** Publishing an agent's branch: checked, then pushed with the user's credentials, outside of the isolation. */
import { AppError } from "../../store/schema/errors.ts";
import type { WorkJob } from "../protocol/spec.ts";
import { commitOf, countCommits, treeOfWorktree, type WorktreePlace } from "./commits.ts";
import type { Git } from "./git.ts";
import { fetchBranches, pushWithLease } from "./remote.ts";
import { targetRef } from "./worktree.ts";

const MAX_TRIES = 3;
const MAX_LISTED = 20;

export interface Submission {
  readonly head: string;
  readonly base: string;
  readonly commits: number;
}

/**
 * What would be submitted: the head of the branch, all committed, with at least one commit of its own.
 * @throws {AppError} precondition_failed, with what to do in the hint; git_failed, storage_full
 */
export async function checkSubmission(
  git: Git,
  job: WorkJob,
  worktree: WorktreePlace,
  scratch: string,
): Promise<Submission> {
  const branchRef = `refs/heads/${job.branch}`;
  const current = await git.try(["symbolic-ref", "--quiet", "HEAD"], { worktree });
  const head = await commitOf(git, "HEAD", { worktree });
  if (current.stdout.trim() === branchRef && head === undefined) {
    throw new AppError("precondition_failed", `The branch ${job.branch} is gone.`, {
      hint: "Find its last commit with `cat $(git rev-parse --git-path logs/HEAD)`, `git reset` to it, then `gt done` again.",
    });
  }
  if (current.stdout.trim() !== branchRef || head === undefined) {
    const where = current.code === 0 ? current.stdout.trim() : `the detached commit ${head ?? "?"}`;
    throw new AppError("precondition_failed", `The worktree is on ${where}, not on ${job.branch}.`, {
      hint: `Bring your commits onto the branch and run \`git switch ${job.branch}\`, then \`gt done\` again.`,
    });
  }
  const tree = await treeOfWorktree(git, worktree, scratch, head);
  const changed = await git.run(["diff-tree", "-r", "--name-only", "-z", "--no-renames", head, tree]);
  if (changed !== "") {
    const files = changed.split("\0").filter(file => file !== "");
    throw new AppError("precondition_failed", `Uncommitted changes: ${listed(files)}.`, {
      hint: "Commit what belongs to the work, remove or ignore the rest, then run `gt done` again.",
      data: { files: files.slice(0, MAX_LISTED), count: files.length },
    });
  }
  const target = targetRef(job);
  if (head === job.start) {
    throw new AppError("precondition_failed", `There is no new commit on ${job.branch}.`, {
      hint: "Commit what was asked for first; if nothing is to be done, say so on the bead and do not submit.",
    });
  }
  const commits = await countCommits(git, target, head);
  if (commits === 0) {
    throw new AppError(
      "precondition_failed",
      `There is no commit on ${job.branch} that ${job.target} lacks.`,
      {
        hint: "Commit the work first; if nothing is to be done, say so on the bead and do not submit.",
      },
    );
  }
  const base = await git.try(["merge-base", target, head]);
  return { head, base: base.stdout.trim(), commits };
}

/**
 * Pushes the head to the agent's own branch. What somebody else put there meanwhile is kept under an archive ref.
 * @throws {AppError} push_rejected, remote_unreachable, storage_full
 */
export async function publishBranch(git: Git, job: WorkJob, head: string): Promise<void> {
  // The branch is in the rig's own repository already, and nothing goes elsewhere.
  if (job.local === true) return;
  const tracking = `refs/remotes/${job.remote}/${job.branch}`;
  for (let tries = 1; ; tries += 1) {
    const expected = (await commitOf(git, tracking)) ?? "";
    if (expected === head) {
      // Known from the last push or fetch; the push below tells whether it still holds.
      if (tries > 1) return;
    }
    const outcome = await pushWithLease(git, {
      remote: job.remote,
      branch: job.branch,
      commit: head,
      expected,
    });
    if (outcome === "pushed") return;
    if (tries === MAX_TRIES) {
      throw new AppError(
        "push_rejected",
        `The branch ${job.branch} keeps moving on the remote ${job.remote}.`,
        {
          hint: "See who else pushes to that branch, then submit again.",
          retryable: true,
        },
      );
    }
    await git.try(["update-ref", "--no-deref", "-d", tracking]);
    await fetchBranches(git, job.remote, [`${job.branch}*`]);
    const theirs = await commitOf(git, tracking);
    if (theirs !== undefined && theirs !== head) {
      await git.run([
        "update-ref",
        "--no-deref",
        `refs/gastown/archive/${job.branch}/${theirs.slice(0, 12)}`,
        theirs,
      ]);
    }
  }
}

function listed(files: readonly string[]): string {
  const shown = files.slice(0, MAX_LISTED).join(", ");
  return files.length > MAX_LISTED ? `${shown} and ${files.length - MAX_LISTED} more` : shown;
}
