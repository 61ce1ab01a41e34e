/**
 * The worktree of an agent: made, or continued with what an earlier run left, whatever state a crash left it in.
 * Nothing is dropped: uncommitted files are snapshotted, and a branch that starts anew keeps its old head.
 */
import { lstat, mkdir, readdir, rename, rm, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError, hasCode } from "../../store/schema/errors.ts";
import type { WorkJob } from "../protocol/spec.ts";
import { commitOf, type Identity, identityEnv, isAncestor, type WorktreePlace } from "./commits.ts";
import { adminDir, type Git } from "./git.ts";
import { ensureLocalBranch, ensureRemoteBranch, fetchBranches } from "./remote.ts";
import { takeSnapshot } from "./snapshot.ts";
import { walk } from "./walk.ts";

/** Files of an operation that an agent had not finished. */
const UNFINISHED = [
  "MERGE_HEAD",
  "MERGE_MSG",
  "MERGE_MODE",
  "CHERRY_PICK_HEAD",
  "REVERT_HEAD",
  "AUTO_MERGE",
  "SQUASH_MSG",
  "rebase-merge",
  "rebase-apply",
  "sequencer",
  "index.lock",
  "HEAD.lock",
];

export interface PreparedWorktree extends WorktreePlace {
  /** Tip of the remote's target branch that the work is based on. */
  readonly base: string;
  /** What the branch was before it started anew, when it held work. */
  readonly previous: string | undefined;
  /** Words for the feed about anything out of the ordinary. */
  readonly notes: readonly string[];
}

export interface WorktreeRequest {
  readonly job: WorkJob;
  readonly identity: Identity;
  /** Folder for temporary files, out of reach of the agent. */
  readonly scratch: string;
  /** File that remembers which attempt the worktree was last prepared for. */
  readonly memory: string;
  /** True when the work always starts from the target, as a script does. */
  readonly fresh: boolean;
}

/** The part of `refs/heads/` that belongs to the agent, e.g. `polecat/toast`. @throws {AppError} invalid_argument */
export function branchFolder(branch: string): string {
  const folder = dirname(branch);
  if (folder === "." || branch.split("/").some(part => part === "" || part.startsWith("."))) {
    throw new AppError("invalid_argument", `The branch ${branch} is not in a folder of its agent.`, {
      hint: "Use a branch like polecat/<name>/<bead>.",
    });
  }
  return folder;
}

/**
 * Makes or continues the worktree on its branch.
 * @throws {AppError} remote_unreachable, not_found (no such target branch), invalid_argument, git_failed, storage_full
 */
export async function prepareWorktree(git: Git, request: WorktreeRequest): Promise<PreparedWorktree> {
  const { job } = request;
  const notes: string[] = [];
  const folder = branchFolder(job.branch);
  const place: WorktreePlace = { path: job.worktree, admin: adminDir(job.repo, job.worktree) };
  const base = await fetchBase(git, job, folder, notes);
  await mkdir(join(job.repo, "refs/heads", folder), { recursive: true });
  await mkdir(join(job.repo, "logs/refs/heads", folder), { recursive: true });
  await unplant(join(job.repo, "refs/heads", folder));
  await unplant(join(job.repo, "logs/refs/heads", folder));

  const same = await remembers(request.memory, job);
  const exists = await repairLinks(job, place);
  const lock = join(job.repo, "refs/heads", `${job.branch}.lock`);
  await rm(lock, { force: true });
  if (exists && same && !request.fresh && (await commitOf(git, "HEAD", { worktree: place })) !== undefined) {
    for (const name of ["index.lock", "HEAD.lock"]) await rm(join(place.admin, name), { force: true });
    return { ...place, base, previous: undefined, notes };
  }
  if (exists) await keepLeftovers(git, request, place, notes);

  const branchRef = `refs/heads/${job.branch}`;
  const old =
    (await commitOf(git, branchRef)) ?? (await commitOf(git, `refs/remotes/${job.remote}/${job.branch}`));
  const begin = job.start === undefined ? base : await startOf(git, job);
  const held = old !== undefined && !(await isAncestor(git, old, begin)) ? old : undefined;
  if (held !== undefined) {
    await git.run([
      "update-ref",
      "--no-deref",
      `refs/gastown/archive/${job.branch}/${held.slice(0, 12)}`,
      held,
    ]);
  }
  await git.run(["update-ref", "--no-deref", branchRef, begin]);
  await checkOut(git, job, place, exists, notes);
  let previous = held;
  if (held !== undefined && !request.fresh && (await mergeBack(git, place, held, request.identity))) {
    const on = job.start === undefined ? `the present ${job.target}` : begin.slice(0, 12);
    notes.push(`Continues the earlier work ${held.slice(0, 12)} on ${on}.`);
    previous = undefined;
  } else if (held !== undefined) {
    notes.push(`Starts anew from ${job.target}; the earlier work is kept as ${held.slice(0, 12)}.`);
  }
  await writeFile(
    request.memory,
    JSON.stringify({ bead: job.bead.id, attempt: job.attempt, branch: job.branch }),
  );
  return { ...place, base, previous, notes };
}

/** The commit of the branch that is gone on from. @throws {AppError} not_found */
async function startOf(git: Git, job: WorkJob): Promise<string> {
  const commit = await commitOf(git, job.start ?? "");
  if (commit !== undefined) return commit;
  throw new AppError(
    "not_found",
    `The submitted commit ${job.start} of ${job.branch} is not there any more.`,
    {
      hint: `Push it to ${job.branch} again, or reject its merge request.`,
    },
  );
}

/** Name of the ref that work starts from and is merged into. */
export function targetRef(job: Pick<WorkJob, "local" | "remote" | "target">): string {
  return job.local === true ? `refs/heads/${job.target}` : `refs/remotes/${job.remote}/${job.target}`;
}

async function fetchBase(git: Git, job: WorkJob, folder: string, notes: string[]): Promise<string> {
  const tracking = targetRef(job);
  if (job.local === true) {
    await ensureLocalBranch(git, job.remote, job.target, job.target_from ?? job.target);
    return await git.run(["rev-parse", "--verify", `${tracking}^{commit}`]);
  }
  try {
    if (job.target_from !== undefined) await ensureRemoteBranch(git, job.remote, job.target, job.target_from);
    await fetchBranches(git, job.remote, [job.target, `${folder}/*`]);
  } catch (error) {
    // Work may start from what is known; only publishing needs the remote.
    if (!hasCode(error, "remote_unreachable") || (await commitOf(git, tracking)) === undefined) throw error;
    notes.push(`${error.message} Starting from the last known ${job.target}.`);
  }
  const base = await commitOf(git, tracking);
  if (base === undefined) {
    throw new AppError("not_found", `The remote ${job.remote} has no branch ${job.target}.`, {
      hint: "Push that branch, or change the rig's default branch.",
    });
  }
  return base;
}

/** True when both the folder and its administrative side are there; their links to each other are written anew. */
async function repairLinks(job: WorkJob, place: WorktreePlace): Promise<boolean> {
  const there = await Promise.all([isFolder(place.path), isFolder(place.admin)]);
  if (!there[0] || !there[1]) return false;
  const link = join(place.path, ".git");
  // An agent that made a repository of its own there may have committed into it.
  if (await isFolder(link)) await rename(link, `${place.path}.git-kept-${crypto.randomUUID().slice(0, 8)}`);
  for (const file of [link, join(place.admin, "gitdir"), join(place.admin, "commondir")]) {
    await rm(file, { force: true, recursive: true });
  }
  await writeFile(link, `gitdir: ${place.admin}\n`);
  await writeFile(join(place.admin, "gitdir"), `${link}\n`);
  await writeFile(join(place.admin, "commondir"), "../..\n");
  await rm(join(place.admin, "locked"), { force: true });
  await unplant(place.admin);
  return await isFolder(job.repo);
}

async function keepLeftovers(
  git: Git,
  request: WorktreeRequest,
  place: WorktreePlace,
  notes: string[],
): Promise<void> {
  const { job } = request;
  try {
    const kept = await takeSnapshot(git, {
      worktree: place,
      scratch: request.scratch,
      remote: job.remote,
      branch: job.branch,
      bead: job.bead.id,
      attempt: Math.max(job.attempt - 1, 0),
      identity: request.identity,
    });
    if (kept !== undefined) notes.push(`Work left by an earlier run is kept as ${kept.ref}.`);
  } catch (error) {
    if (hasCode(error, "storage_full")) throw error;
    await setAside(place, notes);
  }
}

async function checkOut(
  git: Git,
  job: WorkJob,
  place: WorktreePlace,
  exists: boolean,
  notes: string[],
): Promise<void> {
  if (exists && (await isFolder(place.path))) {
    for (const name of UNFINISHED) await rm(join(place.admin, name), { force: true, recursive: true });
    const steps = [
      ["symbolic-ref", "HEAD", `refs/heads/${job.branch}`],
      ["reset", "--hard", "--quiet"],
      ["clean", "-ffdq"],
    ];
    let ok = true;
    for (const args of steps) ok = ok && (await git.try(args, { worktree: place })).code === 0;
    if (ok) return;
    await setAside(place, notes);
  } else if (await isFolder(place.path)) {
    await setAside(place, notes);
  }
  await rm(place.admin, { force: true, recursive: true });
  await mkdir(dirname(place.path), { recursive: true });
  await git.run(["worktree", "add", "--force", "--force", place.path, job.branch]);
}

/** Moves a folder that git cannot work with out of the way; an empty one is removed. */
async function setAside(place: WorktreePlace, notes: string[]): Promise<void> {
  if (!(await isFolder(place.path))) return;
  if ((await readdir(place.path)).length === 0) {
    await rm(place.path, { recursive: true });
    return;
  }
  const aside = `${place.path}.kept-${crypto.randomUUID().slice(0, 8)}`;
  await rename(place.path, aside);
  notes.push(`The folder ${place.path} could not be used as a worktree and is kept as ${aside}.`);
}

/** Merges the earlier head into the fresh branch; false, and nothing changed, when that conflicts. */
async function mergeBack(git: Git, place: WorktreePlace, head: string, identity: Identity): Promise<boolean> {
  const env = identityEnv(identity);
  const options = { worktree: place, env };
  const merged = await git.try(["merge", "--quiet", "--no-edit", "--no-verify", head], options);
  if (merged.code === 0) return true;
  await git.try(["merge", "--abort"], options);
  await git.run(["reset", "--hard", "--quiet"], options);
  return false;
}

/** Removes symbolic links from a folder that an agent may write: git would append reflogs through them. */
async function unplant(folder: string): Promise<void> {
  for await (const { path, entry } of walk(folder)) {
    if (entry.isSymbolicLink()) await unlink(path);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await lstat(path).then(
    stat => stat.isDirectory(),
    () => false,
  );
}

async function remembers(memory: string, job: WorkJob): Promise<boolean> {
  const text = await Bun.file(memory)
    .json()
    .catch(() => undefined);
  return text?.bead === job.bead.id && text?.attempt === job.attempt && text?.branch === job.branch;
}
