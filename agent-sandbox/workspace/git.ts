/**
 * The git program, run outside of the isolation on a repository that an agent may partly write. Nothing that an agent
 * can plant is executed: the repository is named, never discovered; hooks, fsmonitor, pagers, signing, submodule
 * recursion and the ext transport are off; the user's own configuration is read only where credentials are needed.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../store/schema/errors.ts";

const HARDENED: readonly string[] = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.untrackedCache=false",
  "core.attributesFile=/dev/null",
  "core.pager=cat",
  "core.editor=true",
  "commit.gpgSign=false",
  "tag.gpgSign=false",
  "submodule.recurse=false",
  "fetch.recurseSubmodules=false",
  "push.recurseSubmodules=no",
  "protocol.ext.allow=never",
  "gc.auto=0",
  "maintenance.auto=false",
  "rerere.enabled=false",
  "advice.detachedHead=false",
  "safe.directory=*",
  "http.lowSpeedLimit=100",
  "http.lowSpeedTime=60",
].flatMap(setting => ["-c", setting]);

const DEFAULT_TIMEOUT_MS = 120_000;
const MAX_OUTPUT_BYTES = 8_388_608;

/** Variables by which git finds a repository or takes settings; never inherited. */
const LOCATION =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|CEILING_DIRECTORIES|CONFIG_PARAMETERS|CONFIG_COUNT|CONFIG_KEY_.*|CONFIG_VALUE_.*|PREFIX|QUARANTINE_PATH|EXTERNAL_DIFF|PAGER|EDITOR|TRACE.*)$/;

export interface GitResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface GitOptions {
  /** Run in this worktree, whose administrative folder is `admin`. Without it: on the bare repository. */
  readonly worktree?: { readonly path: string; readonly admin: string } | undefined;
  /** Look at the files of this folder, without regard to what worktree it is. */
  readonly files?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly stdin?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** With the user's configuration and environment, for credential helpers and ssh. */
  readonly network?: boolean | undefined;
}

/** Git on one repository. */
export interface Git {
  readonly repo: string;
  /** Answers whatever the exit code is. @throws {AppError} deadline_exceeded, command_not_found, cancelled */
  try(args: readonly string[], options?: GitOptions): Promise<GitResult>;
  /** Answers standard output without the last line end. @throws {AppError} git_failed, storage_full, deadline_exceeded, command_not_found, cancelled */
  run(args: readonly string[], options?: GitOptions): Promise<string>;
}

/**
 * @param env Environment of the sandbox process: PATH, HOME, SSH_AUTH_SOCK, proxies, ...
 * @param signal Ends what runs, and refuses what comes later, with `cancelled`.
 * @param after Starts the timers of time limits; the answer cancels one.
 */
export function createGit(
  repo: string,
  env: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
  after: (run: () => void, ms: number) => () => void = afterReal,
): Git {
  const program = Bun.which("git", { PATH: env.PATH ?? "" });

  async function attempt(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
    if (program === null) {
      throw new AppError("command_not_found", "The program git is not on the PATH.", {
        hint: "Install git.",
      });
    }
    if (signal?.aborted) throw cancelled(args);
    const cwd = options.worktree?.path ?? options.files ?? repo;
    if (!existsSync(cwd))
      throw new AppError("git_failed", `There is no folder ${cwd}.`, { data: { path: cwd } });
    const child = Bun.spawn(
      [program, ...HARDENED, ...(options.files === undefined ? [] : ["-c", "core.bare=false"]), ...args],
      {
        cwd,
        env: { ...environment(env, options, repo), ...options.env },
        stdin: options.stdin === undefined ? "ignore" : Buffer.from(options.stdin),
        stdout: "pipe",
        stderr: "pipe",
        maxBuffer: MAX_OUTPUT_BYTES,
        detached: true,
      },
    );
    const cancel = (): void => kill(child.pid);
    signal?.addEventListener("abort", cancel, { once: true });
    let late = false;
    const inTime = after(() => {
      late = true;
      kill(child.pid);
    }, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    inTime();
    signal?.removeEventListener("abort", cancel);
    if (signal?.aborted) throw cancelled(args);
    if (late) {
      throw new AppError("deadline_exceeded", `git ${args[0]} did not end within its time limit.`, {
        hint: "See whether the remote answers, then try again.",
        retryable: true,
      });
    }
    return { code, stdout, stderr };
  }

  return {
    repo,
    try: attempt,
    async run(args, options) {
      const result = await attempt(args, options);
      if (result.code !== 0) throw gitError(args, result);
      return result.stdout.replace(/\n$/, "");
    },
  };
}

function cancelled(args: readonly string[]): AppError {
  return new AppError("cancelled", `git ${args[0]} was stopped with its run.`);
}

/** What a failed git command means. Its words are shortened, and URLs lose their credentials. */
export function gitError(args: readonly string[], result: GitResult): AppError {
  const words = redact(result.stderr.trim() || result.stdout.trim()).slice(-2_000);
  const data = { command: `git ${args[0]}`, exit_code: result.code };
  if (/No space left on device|Disk quota exceeded/.test(words)) {
    return new AppError("storage_full", `git ${args[0]}: the disk is full.`, {
      hint: "Free some space and try again.",
      data,
      retryable: true,
    });
  }
  return new AppError("git_failed", `git ${args[0]} failed: ${words || `exit code ${result.code}`}`, {
    data,
  });
}

/** The same text without user names and passwords in URLs. */
export function redact(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi, "$1");
}

function environment(
  env: Readonly<Record<string, string | undefined>>,
  options: GitOptions,
  repo: string,
): Record<string, string> {
  const base: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || LOCATION.test(name) || name.startsWith("GASTOWN_")) continue;
    if (options.network || name === "PATH" || name === "HOME" || name === "TMPDIR") base[name] = value;
  }
  return {
    ...base,
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GCM_INTERACTIVE: "never",
    SSH_ASKPASS_REQUIRE: "never",
    GIT_OPTIONAL_LOCKS: "0",
    ...(options.network
      ? {}
      : { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", GIT_ATTR_NOSYSTEM: "1" }),
    ...(options.worktree === undefined
      ? { GIT_DIR: repo, ...(options.files === undefined ? {} : { GIT_WORK_TREE: options.files }) }
      : // The common folder is named too: the file that points to it is writable by the agent.
        { GIT_DIR: options.worktree.admin, GIT_COMMON_DIR: repo, GIT_WORK_TREE: options.worktree.path }),
  };
}

function kill(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}

/** Administrative folder of a worktree; named after the worktree's folder, so it need not be asked of files that an agent may write. */
export function adminDir(repo: string, worktree: string): string {
  const name = worktree.split("/").findLast(part => part !== "") ?? "";
  return join(repo, "worktrees", name);
}

function afterReal(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
