/** Small questions about commits, answered by git plumbing that starts no other program. */
import { copyFile, readdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Git, GitOptions } from "./git.ts";

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
  const options: GitOptions = { worktree, env: { GIT_INDEX_FILE: index } };
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
    if (paths.size > 0) {
      await git.run(["update-index", "-z", "--add", "--remove", "--replace", "--stdin"], {
        ...options,
        stdin: `${[...paths].join("\0")}\0`,
      });
    }
    return await git.run(["write-tree"], options);
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
  }
}

/** A path as listed; of a folder that is a repository of its own, the files in it without its history. */
async function filesOf(root: string, path: string): Promise<string[]> {
  if (!path.endsWith("/")) return path === "" ? [] : [path];
  const entries = await readdir(join(root, path), { withFileTypes: true, recursive: true });
  return entries
    .filter(entry => !entry.isDirectory() && (entry.isFile() || entry.isSymbolicLink()))
    .map(entry => relative(root, join(entry.parentPath, entry.name)))
    .filter(file => !file.split("/").includes(".git"));
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
