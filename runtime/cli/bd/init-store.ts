/** Making a store where there is none: in the repository of a folder, or in a bare one of its own under `.beads`. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { openStore, type StorePorts } from "../../../store/bead-store.ts";
import { Branch } from "../../../store/branch/branch.ts";
import { actorSignature } from "../../../store/branch/signature.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { isPrefix } from "../../../store/schema/ids.ts";
import { bringBack, lostHead } from "./lost-branch.ts";
import { failure } from "./output.ts";
import { BEADS_REF, hasRef, ORIGIN_REF, OWN_REPOSITORY, repositoryAt, type Workspace } from "./workspace.ts";

/** Exit codes of refusals, as scripts know them. */
export const INIT_EXIT = { remoteDiverges: 10, localExists: 11, tokenMissing: 12 } as const;

export interface InitOptions {
  readonly prefix: string | undefined;
  /** The prefix when none is asked for and none is adopted; that of the folder's name when absent. */
  readonly usualPrefix?: string | undefined;
  /** Put what is here aside and start anew. */
  readonly reinitLocal: boolean;
  /** Start anew although the remote has beads. */
  readonly discardRemote: boolean;
  readonly destroyToken: string | undefined;
  readonly actor: string;
  readonly ports: StorePorts;
  readonly remoteRef?: string;
}

/** What was done. */
export interface InitResult {
  readonly gitDir: string;
  readonly beadsDir: string;
  readonly prefix: string;
  /** Adopted from the remote's branch rather than started. */
  readonly adopted: boolean;
  /** Ref under which the former beads are kept. */
  readonly backup?: string;
}

/** The place for a store: the repository above the folder, or `.beads` in the folder itself. */
export function placeFor(
  cwd: string,
  existing: Workspace | undefined,
): Pick<Workspace, "gitDir" | "beadsDir" | "root" | "kind"> {
  if (existing !== undefined) return existing;
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = repositoryAt(folder);
    if (found !== undefined) {
      const kind = found.root === found.gitDir ? "bare" : "worktree";
      return { ...found, kind, beadsDir: join(found.root, ".beads") };
    }
    if (dirname(folder) === folder) break;
  }
  const beadsDir = join(resolve(cwd), ".beads");
  return { gitDir: join(beadsDir, OWN_REPOSITORY), beadsDir, root: resolve(cwd), kind: "own" };
}

/** Makes the store. @throws {AppError} with the exit codes of `INIT_EXIT`; invalid_argument; storage_full */
export async function initStore(
  cwd: string,
  existing: Workspace | undefined,
  options: InitOptions,
): Promise<InitResult> {
  const place = placeFor(cwd, existing);
  const { gitDir, beadsDir, root, kind } = place;
  const prefix = options.prefix === undefined ? undefined : cleanPrefix(options.prefix);
  if (kind === "own" && !existsSync(join(gitDir, "HEAD"))) makeBareRepository(gitDir);
  const branch = await Branch.open(options.ports, gitDir, BEADS_REF);
  const head = await branch.head();
  if (head !== undefined && !options.reinitLocal) {
    throw failure(`this workspace is already initialized (${BEADS_REF} in ${gitDir})`, {
      exit: INIT_EXIT.localExists,
      hint: "There is nothing to do; bd init --reinit-local puts the beads aside and starts anew.",
    });
  }
  const lost = head === undefined && !options.reinitLocal ? lostHead(gitDir) : undefined;
  if (lost !== undefined && (await branch.readCommit(lost).catch(() => undefined)) !== undefined) {
    throw failure(`the beads of this workspace are on no branch any more: ${BEADS_REF} was deleted`, {
      exit: INIT_EXIT.localExists,
      hint: `${bringBack(gitDir, lost)}; bd init --reinit-local starts anew.`,
    });
  }
  const remoteHas = hasRef(gitDir, ORIGIN_REF);
  const chosen = prefix ?? usual(options.usualPrefix) ?? prefixFromName(basename(root));
  if (remoteHas) refuseDivergence(options, prefix, chosen);
  const who = actorSignature(options.actor, options.ports.now());
  const backup = head === undefined ? undefined : await putAside(branch, head, who);
  const adopt = remoteHas && !options.discardRemote && !options.reinitLocal;
  if (adopt) await adoptRemote(branch, who);
  const store = await openStore({ gitDir, prefix: chosen, create: true, ports: options.ports });
  const actual = store.config.prefix;
  await store.close();
  ensureLocalFiles({ gitDir, beadsDir, root, kind }, actual);
  return { gitDir, beadsDir, prefix: actual, adopted: adopt, ...(backup === undefined ? {} : { backup }) };
}

/** Writes the files of this clone that are missing. True when one was. */
export function ensureLocalFiles(
  place: Pick<Workspace, "gitDir" | "beadsDir" | "root" | "kind">,
  prefix: string,
): boolean {
  if (place.kind === "bare") return false;
  const wrote = writeLocalFiles(place.beadsDir, prefix);
  const excluded = place.kind === "worktree" && excludeFromGit(place.gitDir, place.root, place.beadsDir);
  return wrote || excluded;
}

/** A valid prefix from the name of a folder. */
export function prefixFromName(name: string): string {
  const clean = name
    .replace(/\.git$/, "")
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/-{2,}/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 30)
    .replace(/-+$/, "");
  return isPrefix(clean) ? clean : "bd";
}

function usual(prefix: string | undefined): string | undefined {
  return prefix !== undefined && isPrefix(prefix) ? prefix : undefined;
}

function cleanPrefix(prefix: string): string {
  const clean = prefix.replace(/-+$/, "");
  if (!isPrefix(clean)) {
    throw new AppError("invalid_argument", `invalid prefix "${prefix}"`, {
      hint: "A prefix is letters, digits and single dashes, and starts with a letter.",
    });
  }
  return clean;
}

function refuseDivergence(options: InitOptions, prefix: string | undefined, chosen: string): void {
  const startsAnew = options.reinitLocal || prefix !== undefined;
  if (!startsAnew && !options.discardRemote) return;
  if (!options.discardRemote) {
    throw failure("the remote has beads already (origin/beads), and this would start a second history", {
      exit: INIT_EXIT.remoteDiverges,
      hint: "bd init without --prefix adopts them; --discard-remote starts anew in spite of them.",
    });
  }
  if (options.destroyToken !== `DESTROY-${chosen}`) {
    throw failure("--discard-remote needs --destroy-token", {
      exit: INIT_EXIT.tokenMissing,
      hint: "The token is DESTROY- followed by the prefix.",
    });
  }
}

/** Keeps the beads under a ref of their own and frees the branch. @returns that ref @throws {AppError} git_failed */
export async function putAside(
  branch: Branch,
  head: string,
  who: ReturnType<typeof actorSignature>,
): Promise<string> {
  const stamp = new Date(who.time * 1000).toISOString().replace(/[-:]|\.\d+/g, "");
  const backup = `refs/gastown/backup/beads-${stamp}`;
  await branch.sibling(backup).moveTo(head, undefined, who, "bd init: put aside");
  const { git } = branch.ports;
  const result = await git?.run(branch.repository.commonDir, ["update-ref", "-d", branch.ref, head]);
  if (result?.code !== 0) {
    throw new AppError(
      "git_failed",
      `git update-ref -d ${branch.ref}: ${result?.stderr.trim() ?? "git is not installed"}`,
    );
  }
  return backup;
}

async function adoptRemote(branch: Branch, who: ReturnType<typeof actorSignature>): Promise<void> {
  const remote = await branch.sibling(ORIGIN_REF).head();
  if (remote !== undefined) await branch.moveTo(remote, undefined, who, "bd init: adopt origin/beads");
}

/** What `git init --bare` makes, without needing git. */
function makeBareRepository(gitDir: string): void {
  for (const folder of ["objects/info", "objects/pack", "refs/heads", "refs/tags", "info"]) {
    mkdirSync(join(gitDir, folder), { recursive: true });
  }
  writeFileSync(
    join(gitDir, "config"),
    "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n",
  );
  writeFileSync(join(gitDir, "description"), "Beads of the folder above.\n");
  writeFileSync(join(gitDir, "HEAD.tmp"), `ref: ${BEADS_REF}\n`);
  // A folder is a repository once it has this file, so it comes last.
  renameSync(join(gitDir, "HEAD.tmp"), join(gitDir, "HEAD"));
}

/** The files that other programs look for. What is there stays, but for the members that are ours. */
function writeLocalFiles(beadsDir: string, prefix: string): boolean {
  mkdirSync(beadsDir, { recursive: true });
  const path = join(beadsDir, "metadata.json");
  const before = readJson(path);
  const metadata = { ...before, backend: "git", database: "beads", branch: BEADS_REF, prefix };
  if (JSON.stringify(before) === JSON.stringify(metadata)) return false;
  writeFileSync(path, `${JSON.stringify(metadata, null, 2)}\n`);
  return true;
}

function readJson(path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Keeps `.beads/` out of `git status` of this clone, without a file that others would see. */
function excludeFromGit(gitDir: string, root: string, beadsDir: string): boolean {
  if (!beadsDir.startsWith(`${root}/`)) return false;
  const path = join(gitDir, "info", "exclude");
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  const line = `/${beadsDir.slice(root.length + 1)}/`;
  if (before.split("\n").some(other => other.trim() === line)) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.bd-tmp`, `${before}${before === "" || before.endsWith("\n") ? "" : "\n"}${line}\n`);
  renameSync(`${path}.bd-tmp`, path);
  return true;
}
