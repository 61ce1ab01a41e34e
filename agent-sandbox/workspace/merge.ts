/** The detached worktree of a merge: the exact submitted commit merged into the fetched target, tested, and published. */
import { lstat, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { MergeJob, MergeMember } from "../protocol/spec.ts";
import { commitOf, type Identity, identityEnv, isAncestor, type WorktreePlace } from "./commits.ts";
import { adminDir, type Git, gitError } from "./git.ts";

/** Most output that is kept of a merge, in characters. */
const MAX_OUTPUT_CHARS = 16_384;

export type MergeOutcome =
  | { readonly kind: "merged"; readonly commit: string }
  | { readonly kind: "conflict"; readonly files: string[]; readonly output: string };

/** Where the merge of this job happens. */
export function mergePlace(job: MergeJob): WorktreePlace {
  return { path: job.worktree, admin: adminDir(job.repo, job.worktree) };
}

/**
 * The commit by which `head` came into `tip`: the oldest commit on the first-parent line that contains it, which is the
 * merge commit, or `head` itself after a fast-forward. Undefined when it is not contained.
 */
export async function containingMerge(git: Git, head: string, tip: string): Promise<string | undefined> {
  if (!(await isAncestor(git, head, tip))) return undefined;
  const [line, after] = await Promise.all([
    git.run(["rev-list", "--first-parent", tip, "--not", `${head}^@`]),
    git.run(["rev-list", "--ancestry-path", `${head}..${tip}`]),
  ]);
  const descendants = new Set([head, ...after.split("\n")]);
  return line.split("\n").findLast(commit => descendants.has(commit)) ?? tip;
}

/**
 * Makes the worktree stand, detached and pristine, at `commit`: ignored files go too, so that no earlier merge or gate
 * can influence this one. One that git cannot mend is made anew.
 * @throws {AppError} git_failed, storage_full
 */
export async function resetMergeWorktree(git: Git, place: WorktreePlace, commit: string): Promise<void> {
  if ((await isFolder(place.path)) && (await isFolder(place.admin))) {
    for (const name of ["index.lock", "HEAD.lock"]) await rm(`${place.admin}/${name}`, { force: true });
    if (await restore(git, place, commit, "-ffdxq")) return;
  }
  if (await isFolder(place.path)) {
    // Renamed first: what a gate made unremovable must not be in the way.
    const trash = `${place.path}.old-${crypto.randomUUID().slice(0, 8)}`;
    await rename(place.path, trash);
    await rm(trash, { recursive: true, force: true }).catch(() => undefined);
  }
  await rm(place.admin, { recursive: true, force: true });
  await mkdir(dirname(place.path), { recursive: true });
  await git.run(["worktree", "add", "--force", "--force", "--detach", place.path, commit]);
}

/**
 * Undoes what a gate did to tracked and untracked files. Ignored files stay until the next merge, so that one gate can
 * install what the next one uses.
 */
export async function tidyAfterGate(git: Git, place: WorktreePlace, commit: string): Promise<void> {
  if (!(await restore(git, place, commit, "-ffdq"))) await resetMergeWorktree(git, place, commit);
}

async function restore(git: Git, worktree: WorktreePlace, commit: string, clean: string): Promise<boolean> {
  await rm(`${worktree.path}/.git`, { recursive: true, force: true });
  await writeFile(`${worktree.path}/.git`, `gitdir: ${worktree.admin}\n`);
  for (const args of [
    ["update-ref", "--no-deref", "HEAD", commit],
    ["reset", "--hard", "--quiet", commit],
    ["clean", clean],
  ]) {
    if ((await git.try(args, { worktree })).code !== 0) return false;
  }
  return true;
}

/**
 * Merges `member.head` with a merge commit, whatever its branch is now. After a conflict the worktree is left as it was.
 * @throws {AppError} git_failed, storage_full
 */
export async function mergeHead(
  git: Git,
  place: WorktreePlace,
  member: Pick<MergeMember, "head" | "message">,
  identity: Identity,
): Promise<MergeOutcome> {
  const options = { worktree: place, env: identityEnv(identity) };
  const args = [
    "merge",
    "--no-ff",
    "--no-edit",
    "--no-verify",
    "--no-stat",
    "-m",
    member.message,
    member.head,
  ];
  const result = await git.try(args, options);
  if (result.code === 0) {
    const commit = await commitOf(git, "HEAD", { worktree: place });
    if (commit !== undefined) return { kind: "merged", commit };
  }
  const unmerged = await git.run(
    ["diff", "--name-only", "--diff-filter=U", "-z", "--ignore-submodules=all"],
    {
      worktree: place,
    },
  );
  const files = unmerged.split("\0").filter(file => file !== "");
  await git.try(["merge", "--abort"], options);
  if (files.length === 0 && !/CONFLICT|unrelated histories/.test(result.stdout + result.stderr)) {
    throw gitError(args, result);
  }
  return {
    kind: "conflict",
    files,
    output: `${result.stdout}${result.stderr}`.trim().slice(-MAX_OUTPUT_CHARS),
  };
}

async function isFolder(path: string): Promise<boolean> {
  return await lstat(path).then(
    stat => stat.isDirectory(),
    () => false,
  );
}
