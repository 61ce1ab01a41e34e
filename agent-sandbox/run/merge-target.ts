/** The branch that is merged into: on the remote, or in the rig's own repository when nothing is to be pushed. */
import { AppError, hasCode } from "../../store/schema/errors.ts";
import type { MergeJob, MergeMember } from "../protocol/spec.ts";
import { commitOf } from "../workspace/commits.ts";
import { ensureLocalBranch, ensureRemoteBranch, fetchBranches, pushWithLease } from "../workspace/remote.ts";
import { type RunContext, sayPlain } from "./context.ts";

/** Name of the ref that the merge starts from. */
function targetRef(job: MergeJob): string {
  return job.publish === "local" ? `refs/heads/${job.target}` : `refs/remotes/${job.remote}/${job.target}`;
}

/**
 * Tip of the target, with the submitted commits at hand as far as they can be had.
 * @throws {AppError} not_found (the target), remote_unreachable
 */
export async function fetchTarget(
  context: RunContext,
  job: MergeJob,
  list: readonly MergeMember[],
): Promise<string> {
  const { stoppable: git, terminal } = context;
  if (job.publish === "local") {
    await ensureLocalBranch(git, job.remote, job.target, job.target_from ?? job.target);
  } else {
    sayPlain(terminal, `Fetching ${job.remote}/${job.target}.`);
    if (job.target_from !== undefined) await ensureRemoteBranch(git, job.remote, job.target, job.target_from);
    await fetchBranches(git, job.remote, [job.target]);
    for (const { head, branch } of list) {
      if ((await commitOf(git, head)) !== undefined) continue;
      await fetchBranches(git, job.remote, [`${branch}*`]).catch((error: unknown) => {
        // A branch that is gone is the fault of that one alone.
        if (!hasCode(error, "not_found")) throw error;
      });
    }
  }
  const base = await commitOf(git, targetRef(job));
  if (base !== undefined) return base;
  const where = job.publish === "local" ? "The rig's repository" : `The remote ${job.remote}`;
  throw new AppError("not_found", `${where} has no branch ${job.target} to merge into.`, {
    hint: "Push that branch, or change the rig's target branch, then `gt mq retry`.",
  });
}

/** Moves the target from `base` to the commit. @throws {AppError} push_rejected, remote_unreachable, storage_full */
export async function publishMerge(
  context: RunContext,
  job: MergeJob,
  commit: string,
  base: string,
): Promise<"pushed" | { readonly refused: string }> {
  const { git, log, terminal } = context;
  const where = job.publish === "local" ? `the local ${job.target}` : `${job.remote}/${job.target}`;
  await log.append({ type: "publishing", commit, base });
  sayPlain(terminal, `Publishing ${commit.slice(0, 12)} to ${where}.`);
  const moved =
    job.publish === "local"
      ? (await git.try(["update-ref", targetRef(job), commit, base])).code === 0
      : (await pushWithLease(git, { remote: job.remote, branch: job.target, commit, expected: base })) ===
        "pushed";
  if (moved) return "pushed";
  const refused = `${where} moved on from ${base.slice(0, 12)} before the merge could be published.`;
  sayPlain(terminal, refused);
  return { refused };
}
