/**
 * Where the beads of a folder are: the git directory whose ref holds them, and the `.beads` folder beside it.
 * Reads a handful of small files and starts no process.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** The ref that holds the beads. */
export const BEADS_REF = "refs/heads/beads";
/** Where a clone has the beads of its remote. */
export const ORIGIN_REF = "refs/remotes/origin/beads";
/** Bare repository inside `.beads`, for folders that are no git repository. */
export const OWN_REPOSITORY = "beads.git";

/** A place that has beads, or could have. */
export interface Workspace {
  /** The git directory that all worktrees of the repository share. */
  readonly gitDir: string;
  /** Local files of the tools: metadata.json, last-touched, PRIME.md. Need not exist. */
  readonly beadsDir: string;
  /** Top of the main work tree; the git directory itself for a bare repository. */
  readonly root: string;
  /** `own`: the repository is a bare one under `.beads`. */
  readonly kind: "worktree" | "bare" | "own";
  /** False when the ref is not there yet. */
  readonly initialised: boolean;
  /** The `.beads` folder whose redirect file led here. */
  readonly redirectedFrom?: string;
  /** A `.beads` folder of the original with an export of issues in it, and no ref. */
  readonly legacyJsonl?: string;
}

/** The workspace that `cwd` belongs to; undefined when neither a repository nor a `.beads` folder is above it. */
export function findWorkspace(cwd: string, beadsDirOverride?: string): Workspace | undefined {
  if (beadsDirOverride !== undefined && beadsDirOverride !== "")
    return atBeadsDir(resolve(cwd, beadsDirOverride));
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = at(folder);
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The git directory that a folder of its own stands in or is: `{gitDir, root}`, with worktrees led to the main one. */
export function repositoryAt(folder: string): { readonly gitDir: string; readonly root: string } | undefined {
  if (isGitDir(folder)) {
    const gitDir = commonDir(folder);
    return { gitDir, root: basename(gitDir) === ".git" ? dirname(gitDir) : gitDir };
  }
  const dotGit = join(folder, ".git");
  if (isGitDir(dotGit)) return { gitDir: dotGit, root: folder };
  const pointer = readText(dotGit)?.match(/^gitdir: (.+)$/m)?.[1];
  if (pointer === undefined) return undefined;
  const gitDir = resolve(folder, pointer.trim());
  const common = commonDir(gitDir);
  if (common === gitDir) return existsSync(join(gitDir, "HEAD")) ? { gitDir, root: folder } : undefined;
  return { gitDir: common, root: basename(common) === ".git" ? dirname(common) : common };
}

/** True when the repository has the ref, loose or packed. */
export function hasRef(gitDir: string, ref = BEADS_REF): boolean {
  if (existsSync(join(gitDir, ref))) return true;
  return (
    readText(join(gitDir, "packed-refs"))
      ?.split("\n")
      .some(line => line.endsWith(` ${ref}`)) ?? false
  );
}

/** True when a remote is known to have the beads: what is pushed there then is no surprise. */
export function wasSynced(gitDir: string): boolean {
  if (existsSync(join(gitDir, "refs/gastown/remotes")) || hasRef(gitDir, ORIGIN_REF)) return true;
  return readText(join(gitDir, "packed-refs"))?.includes(" refs/gastown/remotes/") ?? false;
}

/** True when the repository knows a remote by name. */
export function hasRemote(gitDir: string): boolean {
  return readText(join(gitDir, "config"))?.includes('[remote "') ?? false;
}

function at(folder: string): Workspace | undefined {
  const beadsDir = join(folder, ".beads");
  const redirected = followRedirect(beadsDir);
  if (redirected !== undefined) {
    const target = atBeadsDir(redirected);
    if (target !== undefined) return { ...target, redirectedFrom: beadsDir };
  }
  const own = ownRepository(beadsDir);
  if (own !== undefined) return own;
  const repository = repositoryAt(folder);
  if (repository !== undefined) return inRepository(repository);
  const jsonl = legacyJsonl(beadsDir);
  if (!isFolder(beadsDir) || (jsonl === undefined && !existsSync(join(beadsDir, "metadata.json"))))
    return undefined;
  return {
    gitDir: join(beadsDir, OWN_REPOSITORY),
    beadsDir,
    root: folder,
    kind: "own",
    initialised: false,
    ...(jsonl === undefined ? {} : { legacyJsonl: jsonl }),
  };
}

function inRepository({ gitDir, root }: { readonly gitDir: string; readonly root: string }): Workspace {
  const beadsDir = join(root, ".beads");
  const initialised = hasRef(gitDir);
  const jsonl = initialised ? undefined : legacyJsonl(beadsDir);
  return {
    gitDir,
    beadsDir,
    root,
    kind: root === gitDir ? "bare" : "worktree",
    initialised,
    ...(jsonl === undefined ? {} : { legacyJsonl: jsonl }),
  };
}

/** The workspace of a `.beads` folder, or of a git directory given in its place. */
function atBeadsDir(beadsDir: string): Workspace | undefined {
  const redirected = followRedirect(beadsDir);
  if (redirected !== undefined && redirected !== beadsDir) {
    const target = ownRepository(redirected) ?? at(dirname(redirected));
    if (target !== undefined) return { ...target, redirectedFrom: beadsDir };
  }
  const own = ownRepository(beadsDir);
  if (own !== undefined) return own;
  const bare = repositoryAt(beadsDir);
  if (bare !== undefined) return inRepository(bare);
  for (let folder = dirname(beadsDir); ; folder = dirname(folder)) {
    const repository = repositoryAt(folder);
    if (repository !== undefined) return { ...inRepository(repository), beadsDir };
    if (dirname(folder) === folder) break;
  }
  return at(dirname(beadsDir));
}

function ownRepository(beadsDir: string): Workspace | undefined {
  const gitDir = join(beadsDir, OWN_REPOSITORY);
  if (!isGitDir(gitDir)) return undefined;
  return { gitDir, beadsDir, root: dirname(beadsDir), kind: "own", initialised: hasRef(gitDir) };
}

/** The folder named in `.beads/redirect`, relative to the project or to `.beads` itself. */
function followRedirect(beadsDir: string): string | undefined {
  const path = readText(join(beadsDir, "redirect"))
    ?.split("\n")
    .map(line => line.trim())
    .find(line => line !== "" && !line.startsWith("#"));
  if (path === undefined) return undefined;
  const candidates = [resolve(dirname(beadsDir), path), resolve(beadsDir, path)];
  return candidates.find(isFolder) ?? candidates[0];
}

function legacyJsonl(beadsDir: string): string | undefined {
  return ["issues.jsonl", "beads.jsonl"].map(name => join(beadsDir, name)).find(path => existsSync(path));
}

function commonDir(gitDir: string): string {
  const common = readText(join(gitDir, "commondir"));
  return common === undefined ? gitDir : resolve(gitDir, common.trim());
}

function isGitDir(folder: string): boolean {
  if (!existsSync(join(folder, "HEAD"))) return false;
  return isFolder(join(folder, "objects")) || existsSync(join(folder, "commondir"));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
