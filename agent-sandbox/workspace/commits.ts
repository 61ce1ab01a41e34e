/** Small questions about commits, answered by git plumbing that starts no other program. */
import { copyFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { type Git, type GitOptions, gitError } from "./git.ts";
import { walk } from "./walk.ts";

/** A worktree and its administrative folder in the bare repository. */
export interface WorktreePlace {
  readonly path: string;
  readonly admin: string;
}

/** Name and address that commits carry. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** Environment that makes git commit as this identity. */
export function identityEnv(identity: Identity): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: identity.name,
    GIT_AUTHOR_EMAIL: identity.email,
    GIT_COMMITTER_NAME: identity.name,
    GIT_COMMITTER_EMAIL: identity.email,
  };
}

/** The commit that a name stands for; undefined when there is none. */
export async function commitOf(git: Git, name: string, options?: GitOptions): Promise<string | undefined> {
  const result = await git.try(["rev-parse", "--verify", "--quiet", `${name}^{commit}`], options);
  return result.code === 0 ? result.stdout.trim() : undefined;
}

/** The tree of a commit. @throws {AppError} git_failed */
export async function treeOf(git: Git, commit: string): Promise<string> {
  return await git.run(["rev-parse", "--verify", "--quiet", `${commit}^{tree}`]);
}

/** Is `ancestor` contained in `descendant`? */
export async function isAncestor(git: Git, ancestor: string, descendant: string): Promise<boolean> {
  return (await git.try(["merge-base", "--is-ancestor", ancestor, descendant])).code === 0;
}

/**
 * The tree that committing everything in the worktree would give, ignored files left out. Neither the branch nor the
 * index is touched, and submodules are not looked into, since their configuration could start programs.
 * @param scratch Folder for a temporary index, out of reach of the agent.
 * @param head Commit to start from when the agent's index is missing or broken.
 */
export async function treeOfWorktree(
  git: Git,
  worktree: WorktreePlace,
  scratch: string,
  head: string,
): Promise<string> {
  const index = join(scratch, `index-${crypto.randomUUID()}`);
  // On the repository itself: the administrative folder is the agent's to break.
  const options: GitOptions = { files: worktree.path, env: { GIT_INDEX_FILE: index } };
  try {
    // A copy of the agent's index saves reading every file again; a broken or missing one is made anew.
    await copyFile(join(worktree.admin, "index"), index).catch(() => undefined);
    const usable =
      (await git.try(["ls-files", "--cached", "-z", "--eol", "--", ":(glob)."], options)).code === 0;
    if (!usable) await rm(index, { force: true });
    if (!usable || !(await Bun.file(index).exists())) await git.run(["read-tree", head], options);
    const listed = await git.run(
      ["ls-files", "-z", "--modified", "--others", "--deleted", "--exclude-standard"],
      options,
    );
    const paths = new Set(
      await Promise.all(listed.split("\0").map(path => filesOf(worktree.path, path))).then(all => all.flat()),
    );
    await addToIndex(git, [...paths], options);
    return await git.run(["write-tree"], options);
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
  }
}

/** Brings the index up to the files at these paths. A path that git cannot take, e.g. an unreadable file, is left out alone. */
async function addToIndex(git: Git, paths: readonly string[], options: GitOptions): Promise<void> {
  if (paths.length === 0) return;
  const args = ["update-index", "-z", "--add", "--remove", "--replace", "--stdin"];
  const result = await git.try(args, { ...options, stdin: `${paths.join("\0")}\0` });
  if (result.code === 0) return;
  const failure = gitError(args, result);
  if (failure.code === "storage_full") throw failure;
  if (paths.length === 1) return;
  const half = Math.ceil(paths.length / 2);
  await addToIndex(git, paths.slice(0, half), options);
  await addToIndex(git, paths.slice(half), options);
}

/** A path as listed; of a folder that is a repository of its own, the files in it without its history. */
async function filesOf(root: string, path: string): Promise<string[]> {
  if (!path.endsWith("/")) return path === "" ? [] : [path];
  const files: string[] = [];
  for await (const found of walk(join(root, path))) {
    const file = relative(root, found.path);
    const kept = found.entry.isFile() || found.entry.isSymbolicLink();
    if (kept && !file.split("/").includes(".git")) files.push(file);
  }
  return files;
}

/** Commits reachable from `head` and not from `base`. */
export async function countCommits(git: Git, base: string, head: string): Promise<number> {
  return Number(await git.run(["rev-list", "--count", `${base}..${head}`]));
}

/** True when a branch of the remote, as last fetched or pushed, contains the commit. */
export async function isPublished(git: Git, remote: string, commit: string): Promise<boolean> {
  const found = await git.run(["for-each-ref", "--count=1", "--contains", commit, `refs/remotes/${remote}/`]);
  return found !== "";
}
