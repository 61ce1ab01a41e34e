/** Fetching from and pushing to the remote of a rig, with the user's own credentials, outside of the isolation. */
import { AppError, hasCode } from "../../store/schema/errors.ts";
import { type Git, type GitResult, gitError, redact } from "./git.ts";

const FETCH_TRIES = 5;
const RETRY_MS = 150;
const NETWORK_TIMEOUT_MS = 600_000;

/**
 * Fetches branches (a pattern is allowed, e.g. `polecat/toast/*`) into `refs/remotes/<remote>/`. Other processes may
 * fetch into the same repository at the same time: a lost race for a ref is tried again.
 * @throws {AppError} remote_unreachable, not_found (a branch that is not a pattern does not exist), storage_full
 */
export async function fetchBranches(git: Git, remote: string, branches: readonly string[]): Promise<void> {
  const args = [
    "fetch",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--quiet",
    remote,
    ...branches.map(branch => `+refs/heads/${branch}:refs/remotes/${remote}/${branch}`),
  ];
  for (let tries = 1; ; tries += 1) {
    const result = await git.try(args, { network: true, timeoutMs: NETWORK_TIMEOUT_MS });
    if (result.code === 0) return;
    if (/couldn't find remote ref/.test(result.stderr)) {
      throw new AppError(
        "not_found",
        `The remote ${remote} lacks a branch: ${redact(result.stderr.trim())}`,
        {
          hint: "Push that branch, or change the rig's default branch.",
        },
      );
    }
    if (tries < FETCH_TRIES && /cannot lock ref|\.lock/.test(result.stderr)) {
      await Bun.sleep(RETRY_MS * tries * (0.5 + Math.random()));
      continue;
    }
    throw remoteError(args, result, remote);
  }
}

/**
 * Makes a branch on the remote, at the tip of another, unless it is there. Somebody else may make it at the same time.
 * @throws {AppError} remote_unreachable, not_found (the other branch), push_rejected, storage_full
 */
export async function ensureRemoteBranch(
  git: Git,
  remote: string,
  branch: string,
  from: string,
): Promise<void> {
  try {
    await fetchBranches(git, remote, [branch]);
    return;
  } catch (error) {
    if (!hasCode(error, "not_found")) throw error;
  }
  await fetchBranches(git, remote, [from]);
  const commit = await git.run([
    "rev-parse",
    "--verify",
    "--quiet",
    `refs/remotes/${remote}/${from}^{commit}`,
  ]);
  await pushWithLease(git, { remote, branch, commit, expected: "" });
}

/**
 * Makes a branch of the rig's own repository unless it is there: from another of its branches, or from what the remote
 * had last.
 * @throws {AppError} not_found, git_failed
 */
export async function ensureLocalBranch(
  git: Git,
  remote: string,
  branch: string,
  from: string,
): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const exists = async (name: string) =>
    (await git.try(["rev-parse", "--verify", "--quiet", `${name}^{commit}`])).code === 0;
  if (await exists(ref)) return;
  for (const name of [`refs/heads/${from}`, `refs/remotes/${remote}/${from}`]) {
    if (!(await exists(name))) continue;
    // Somebody else may have made it meanwhile.
    const made = await git.try(["update-ref", "--no-deref", ref, name, ""]);
    if (made.code === 0 || (await exists(ref))) return;
  }
  throw new AppError("not_found", `The rig's repository has no branch ${branch}.`, {
    hint: "Set the rig's target branch to one that the repository has.",
  });
}

/** What came of a push: `stale` when the remote's branch is not where the lease says. */
export type PushOutcome = "pushed" | "stale";

/**
 * Pushes one commit to one branch, only if the branch is still at `expected` (an empty text: must not exist yet).
 * @throws {AppError} push_rejected (the remote refuses), remote_unreachable, storage_full
 */
export async function pushWithLease(
  git: Git,
  push: {
    readonly remote: string;
    readonly branch: string;
    readonly commit: string;
    readonly expected: string;
  },
): Promise<PushOutcome> {
  const ref = `refs/heads/${push.branch}`;
  const args = [
    "push",
    "--porcelain",
    "--no-verify",
    `--force-with-lease=${ref}:${push.expected}`,
    push.remote,
    `${push.commit}:${ref}`,
  ];
  const result = await git.try(args, { network: true, timeoutMs: NETWORK_TIMEOUT_MS });
  if (result.code === 0) return "pushed";
  const status = result.stdout.split("\n").find(line => line.startsWith("!"));
  if (status === undefined) throw remoteError(args, result, push.remote);
  // Both are the remote's branch having moved: seen by us before the push, or by the remote in the middle of it.
  if (
    /\[rejected\]|\[remote rejected\].*(cannot lock ref|failed to update ref|fetch first|stale)/.test(status)
  ) {
    return "stale";
  }
  const words = redact(`${status.split("\t").slice(2).join(" ")}\n${result.stderr.trim()}`).slice(-2_000);
  throw new AppError(
    "push_rejected",
    `The remote ${push.remote} refuses the push to ${push.branch}: ${words}`,
    {
      hint: "See the rules of that branch on the remote: protection, hooks, permissions.",
    },
  );
}

function remoteError(args: readonly string[], result: GitResult, remote: string): AppError {
  const failure = gitError(args, result);
  if (failure.code === "storage_full") return failure;
  return new AppError("remote_unreachable", `The remote ${remote} cannot be used: ${failure.message}`, {
    hint: "See that the network is up and that git can sign in without asking, e.g. by `git ls-remote`.",
    data: failure.data,
    retryable: true,
  });
}
