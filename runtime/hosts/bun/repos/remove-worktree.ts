/**
 * The one path by which a worktree is deleted. First everything in it is proven to be kept: its commit reachable from a
 * remote or an archive ref, changes that were never committed in a commit of their own under an archive ref.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { AppError } from "../../../../store/schema/errors.ts";
import { readIfThere } from "../files.ts";
import type { Git } from "./git.ts";

const SNAPSHOT_TIMEOUT_MS = 10 * 60_000;
const OID = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
/** Refs that keep a commit for good. */
const KEEPERS = ["refs/remotes", "refs/gastown/archive", "refs/gastown/wip"];

/** What became of a worktree. */
export interface RemovedWorktree {
  /** False when there was none. */
  readonly removed: boolean;
  /** Refs that were made to keep what would have been lost. */
  readonly archived: readonly string[];
}

/**
 * Removes the worktree at `path`, which must lie below `worktrees` and belong to the repository.
 * @throws {AppError} invalid_argument, precondition_failed (it holds another repository), git_failed, storage_full
 */
export async function removeWorktree(git: Git, worktrees: string, path: string): Promise<RemovedWorktree> {
  const full = resolve(path);
  if (relative(worktrees, full).startsWith("..") || full === resolve(worktrees)) {
    throw new AppError("invalid_argument", `${path} is no worktree of this town.`);
  }
  const admin = findAdmin(git.gitDir, full);
  if (!existsSync(full)) {
    if (admin === undefined) return { removed: false, archived: [] };
    const archived = await keepHead(git, admin, full);
    rmSync(admin, { recursive: true, force: true });
    return { removed: true, archived };
  }
  if (admin === undefined) {
    throw new AppError("invalid_argument", `${path} is no worktree of ${git.gitDir}.`, {
      hint: "Look what it is, and remove it by hand.",
    });
  }
  const archived = [...(await keepHead(git, admin, full)), ...(await keepChanges(git, admin, full))];
  rmSync(full, { recursive: true, force: true });
  rmSync(admin, { recursive: true, force: true });
  return { removed: true, archived };
}

/** The repository's own folder about a worktree. The worktree is not asked: an agent can write in it. */
function findAdmin(gitDir: string, path: string): string | undefined {
  const folder = join(gitDir, "worktrees");
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .map(name => join(folder, name))
    .find(admin => {
      const pointer = readIfThere(join(admin, "gitdir"))?.trim();
      return pointer !== undefined && samePath(dirname(resolve(admin, pointer)), path);
    });
}

function samePath(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return a === b; // One of them is not there.
  }
}

/** Refs of the archive are named by folder and commit: kept twice is kept once. */
function archiveRef(path: string, oid: string): string {
  const [agent = "worktree", rig = "rig"] = path.split("/").reverse();
  return `refs/gastown/archive/worktree/${rig}/${agent}/${oid.slice(0, 12)}`;
}

async function keepHead(git: Git, admin: string, path: string): Promise<string[]> {
  const head = await headOf(git, admin);
  if (head === undefined) return [];
  const keeper = await git.run([
    "for-each-ref",
    "--count=1",
    `--contains=${head}`,
    "--format=%(refname)",
    ...KEEPERS,
  ]);
  if (keeper !== "") return [];
  const ref = archiveRef(path, head);
  await git.run(["update-ref", ref, head]);
  return [ref];
}

/** Commits what is not committed, by an index of its own and outside of any branch. */
async function keepChanges(git: Git, admin: string, path: string): Promise<string[]> {
  const head = await headOf(git, admin);
  const scratch = mkdtempSync(join(tmpdir(), "gastown-index-"));
  const env = { GIT_INDEX_FILE: join(scratch, "index"), GIT_WORK_TREE: path };
  try {
    if (head !== undefined) await git.run(["read-tree", head], { env });
    await git.run(["-C", path, "add", "--all", "--", ":/"], { env, timeoutMs: SNAPSHOT_TIMEOUT_MS });
    const tree = await git.run(["write-tree"], { env });
    const before = head === undefined ? undefined : await git.run(["rev-parse", `${head}^{tree}`]);
    if (tree === before) return [];
    await refuseForeign(git, before, tree, path);
    const parents = head === undefined ? [] : ["-p", head];
    const commit = await git.run(["commit-tree", tree, ...parents, "-m", `Uncommitted work in ${path}`], {
      env: {
        GIT_AUTHOR_NAME: "gastown",
        GIT_AUTHOR_EMAIL: "gastown@localhost",
        GIT_COMMITTER_NAME: "gastown",
        GIT_COMMITTER_EMAIL: "gastown@localhost",
      },
    });
    const ref = archiveRef(path, commit);
    await git.run(["update-ref", ref, commit]);
    return [ref];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A repository inside the worktree is taken into a commit by its id alone; its content would be lost. */
async function refuseForeign(
  git: Git,
  before: string | undefined,
  tree: string,
  path: string,
): Promise<void> {
  const listing = await git.run(["ls-tree", "-r", "-z", "--full-tree", tree]);
  const known = before === undefined ? "" : await git.run(["ls-tree", "-r", "-z", "--full-tree", before]);
  const seen = new Set(known.split("\0"));
  const foreign = listing.split("\0").filter(line => line.startsWith("160000 ") && !seen.has(line));
  if (foreign.length === 0) return;
  const names = foreign.map(line => line.slice(line.indexOf("\t") + 1));
  throw new AppError("precondition_failed", `${path} holds another git repository: ${names.join(", ")}.`, {
    hint: "Move it away, or push it somewhere, and try again.",
    data: { paths: names },
  });
}

/** The commit of a worktree by the repository's files; undefined for a branch without commits. */
async function headOf(git: Git, admin: string): Promise<string | undefined> {
  const text = readFileSync(join(admin, "HEAD"), "utf8").trim();
  const name = text.startsWith("ref: ") ? text.slice(5) : text;
  if (!OID.test(name) && !name.startsWith("refs/heads/")) {
    throw new AppError("corrupt", `${join(admin, "HEAD")} names no commit and no branch.`, {
      hint: "Repair it with `git -C <worktree> checkout <branch>`.",
    });
  }
  const found = await git.attempt(["rev-parse", "--verify", "--quiet", `${name}^{commit}`]);
  return found.code === 0 ? found.stdout : undefined;
}
