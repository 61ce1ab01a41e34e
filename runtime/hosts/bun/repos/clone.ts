/** Makes a rig's bare repository: fetched whole into a folder aside, with its bead branch, and only then put in its place. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError } from "../../../../store/schema/errors.ts";
import { fileError } from "../files.ts";
import { createGit, type Git } from "./git.ts";
import { explainGit, withoutPasswords } from "./git-errors.ts";
import { checkRemoteUrl } from "./remote-url.ts";

const REMOTE_TIMEOUT_MS = 60_000;
const FETCH_TIMEOUT_MS = 30 * 60_000;
const BEADS = "refs/heads/beads";
const REMOTE_HEAD = "refs/remotes/origin/HEAD";
const REMOTE_BEADS = "refs/remotes/origin/beads";
/** In the name of a folder that is being filled. */
const ASIDE = ".cloning-";

export interface CloneOptions {
  /** Where the repository is to lie, `<town>/rigs/<rig>.git`. */
  readonly path: string;
  readonly git_url: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Makes the bead branch, or checks the one that came with the clone. */
  readonly prepareBeads: (gitDir: string) => Promise<void>;
}

/** What a clone made. */
export interface Cloned {
  readonly path: string;
  readonly default_branch: string;
  /** Commit at the tip of the default branch. */
  readonly head: string;
}

/**
 * Clones; a clone that is there already, of the same URL, is answered again.
 * @throws {AppError} invalid_argument (URL), already_exists (another URL), remote_unreachable, forbidden, not_found,
 * unprocessable (no commits), storage_full, deadline_exceeded, git_failed
 */
export async function cloneRepository(options: CloneOptions): Promise<Cloned> {
  const { path, env, prepareBeads } = options;
  const url = checkRemoteUrl(options.git_url);
  if (existsSync(path)) return existing(createGit(path, env), url);
  const aside = `${path}${ASIDE}${process.pid}-${Bun.randomUUIDv7().slice(-12)}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const git = createGit(aside, env);
    const branch = await fill(git, url);
    await prepareBeads(aside);
    renameSync(aside, path);
    return await describe(createGit(path, env), branch);
  } catch (cause) {
    throw cause instanceof AppError ? cause : fileError(cause, path);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Removes what a killed process left of clones. Only while no clone is under way. */
export function removeHalfClones(rigs: string): void {
  if (!existsSync(rigs)) return;
  for (const name of readdirSync(rigs)) {
    if (name.includes(ASIDE)) rmSync(join(rigs, name), { recursive: true, force: true });
  }
}

async function fill(git: Git, url: string): Promise<string> {
  const shown = withoutPasswords(url);
  // Asked first: a wrong URL is told in a second, and before anything is made.
  const heads = await git.attempt(["ls-remote", "--symref", "--", url, "HEAD", "refs/heads/*"], {
    timeoutMs: REMOTE_TIMEOUT_MS,
  });
  if (heads.code !== 0) throw explainGit("ls-remote", heads, shown);
  const branch = defaultBranch(heads.stdout);
  if (branch === undefined) {
    throw new AppError("unprocessable", `${shown} has no commits yet.`, {
      hint: "Push a first commit, e.g. a README, and add the rig again.",
    });
  }
  await git.run(["init", "--quiet", "--bare"]);
  for (const [key, value] of [
    ["remote.origin.url", url],
    ["remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"],
    ["gc.auto", "0"],
  ] as const) {
    await git.run(["config", key, value]);
  }
  const fetched = await git.attempt(["fetch", "--quiet", "--tags", "origin"], {
    timeoutMs: FETCH_TIMEOUT_MS,
  });
  if (fetched.code !== 0) throw explainGit("fetch", fetched, shown);
  // The one branch that is always there; the default branch of the remote is that of `origin/HEAD`.
  await git.run(["symbolic-ref", "HEAD", BEADS]);
  await git.run(["symbolic-ref", REMOTE_HEAD, `refs/remotes/origin/${branch}`]);
  const beads = await git.attempt(["rev-parse", "--verify", "--quiet", REMOTE_BEADS]);
  if (beads.code === 0) await git.run(["update-ref", BEADS, beads.stdout]);
  return branch;
}

/** The branch that HEAD of the remote names, or a usual name, or its only one. */
function defaultBranch(lsRemote: string): string | undefined {
  const lines = lsRemote.split("\n").filter(line => line !== "");
  const branches = lines
    .flatMap(line => /\trefs\/heads\/(.+)$/.exec(line)?.[1] ?? [])
    .filter(name => name !== "beads");
  const named = lines.flatMap(line => /^ref: refs\/heads\/(.+)\tHEAD$/.exec(line)?.[1] ?? [])[0];
  return [named, "main", "master", branches[0]].find(name => name !== undefined && branches.includes(name));
}

async function existing(git: Git, url: string): Promise<Cloned> {
  const known = await git.attempt(["config", "remote.origin.url"]);
  if (known.stdout !== url) {
    throw new AppError(
      "already_exists",
      `${git.gitDir} is the repository of another rig, ${withoutPasswords(known.stdout)}.`,
      {
        hint: "Give the rig another name.",
      },
    );
  }
  const head = await git.run(["symbolic-ref", REMOTE_HEAD]);
  return describe(git, head.slice("refs/remotes/origin/".length));
}

async function describe(git: Git, branch: string): Promise<Cloned> {
  const head = await git.run(["rev-parse", "--verify", `refs/remotes/origin/${branch}^{commit}`]);
  return { path: git.gitDir, default_branch: branch, head };
}
