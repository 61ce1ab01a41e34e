/** Finds the parts of a git repository: bare or not, linked worktree, submodule; and what its configuration asks for. */
import { AppError } from "../schema/errors.ts";
import { fromUtf8 } from "./bytes.ts";
import { type GitConfig, parseGitConfig } from "./git-config.ts";
import type { StoreFs } from "./ports.ts";

/** Where a repository keeps its things. */
export interface Repository {
  /** The git directory given; of a linked worktree, its own. */
  readonly gitDir: string;
  /** The directory with objects and refs that all worktrees share. */
  readonly commonDir: string;
  /** Our own folder in it: indexes, locks. */
  readonly stateDir: string;
  readonly config: GitConfig;
}

/**
 * Opens the repository at a path: a git directory, or a folder with a `.git` directory or file.
 * @throws {AppError} not_found, not_supported (SHA-256 objects, reftable)
 */
export async function openRepository(fs: StoreFs, path: string): Promise<Repository> {
  const gitDir = await resolveGitDir(fs, path.length > 1 ? path.replace(/\/+$/, "") : path);
  const common = await readLine(fs, `${gitDir}/commondir`);
  const commonDir = common === undefined ? gitDir : joinPath(gitDir, common);
  const text = await fs.read(`${commonDir}/config`);
  const config = parseGitConfig(text === undefined ? "" : fromUtf8(text));
  const format = config.get("extensions.objectformat") ?? "sha1";
  if (format !== "sha1") throw unsupported(path, `${format} objects`, "a repository with SHA-1 objects");
  const refs = config.get("extensions.refstorage") ?? "files";
  if (refs !== "files") throw unsupported(path, `${refs} refs`, "`git refs migrate --ref-format=files`");
  return { gitDir, commonDir, stateDir: `${commonDir}/gastown`, config };
}

/** `path` relative to `base`, with `.` and `..` resolved; absolute paths stay. */
export function joinPath(base: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${base}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

async function resolveGitDir(fs: StoreFs, path: string): Promise<string> {
  if ((await fs.info(`${path}/HEAD`)) !== undefined) return path;
  const dotGit = await fs.info(`${path}/.git`);
  if (dotGit?.kind === "directory") return `${path}/.git`;
  const file = dotGit === undefined ? path : `${path}/.git`;
  const line = await readLine(fs, file);
  if (line?.startsWith("gitdir:"))
    return joinPath(file.slice(0, file.lastIndexOf("/")), line.slice(7).trim());
  throw new AppError("not_found", `${path} is not a git repository.`, {
    hint: "Give a git directory or a folder with `.git` in it, or run `git init` there.",
    data: { path },
  });
}

async function readLine(fs: StoreFs, path: string): Promise<string | undefined> {
  const info = await fs.info(path);
  if (info === undefined || info.kind === "directory") return undefined;
  const bytes = await fs.readRange(path, 0, 4096);
  return bytes === undefined ? undefined : fromUtf8(bytes).split("\n")[0]?.trim();
}

function unsupported(path: string, what: string, instead: string): AppError {
  return new AppError(
    "not_supported",
    `The repository ${path} uses ${what}, which beads can not live in yet.`,
    {
      hint: `Use ${instead}.`,
    },
  );
}
