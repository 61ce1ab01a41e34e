/**
 * The git program for the town's own work on a rig's repository. The repository is named, never discovered; nothing that
 * an agent could plant in a worktree is executed; it never asks, and it ends in time. Credentials are the user's own:
 * credential helpers and ssh agent, as for any git command that the user runs.
 */
import { AppError } from "../../../../store/schema/errors.ts";
import { explainGit } from "./git-errors.ts";

const HARDENED = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.attributesFile=/dev/null",
  "core.pager=cat",
  "commit.gpgSign=false",
  "submodule.recurse=false",
  "fetch.recurseSubmodules=false",
  "push.recurseSubmodules=no",
  "gc.auto=0",
  "maintenance.auto=false",
  "advice.detachedHead=false",
  "init.defaultBranch=main",
  "http.lowSpeedLimit=100",
  "http.lowSpeedTime=60",
  // Of the transports, only those that start no program named by the URL.
  "protocol.allow=never",
  "protocol.file.allow=always",
  "protocol.git.allow=always",
  "protocol.http.allow=always",
  "protocol.https.allow=always",
  "protocol.ssh.allow=always",
].flatMap(setting => ["-c", setting]);

/** Variables by which git finds a repository or is told settings; never inherited. */
const LOCATION =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|PREFIX|CONFIG_PARAMETERS|CONFIG_COUNT|CONFIG_KEY_.*|CONFIG_VALUE_.*|TRACE.*)$/;

const TIMEOUT_MS = 60_000;

export interface GitOptions {
  /** Standard input. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface GitResult {
  readonly code: number;
  /** Without the last line end. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Git on one repository. */
export interface Git {
  readonly gitDir: string;
  /** Standard output. @throws {AppError} by what git said, see `explainGit`; deadline_exceeded, command_not_found */
  run(args: readonly string[], options?: GitOptions): Promise<string>;
  /** Answers whatever the exit code is. @throws {AppError} deadline_exceeded, command_not_found */
  attempt(args: readonly string[], options?: GitOptions): Promise<GitResult>;
}

/** `env`: what git inherits, with PATH and HOME. */
export function createGit(gitDir: string, env: Readonly<Record<string, string | undefined>>): Git {
  const attempt = async (args: readonly string[], options: GitOptions = {}): Promise<GitResult> => {
    const child = spawn([`--git-dir=${gitDir}`, ...HARDENED, ...args], env, options);
    const { timeoutMs = TIMEOUT_MS } = options;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killGroup(child.pid);
    }, timeoutMs);
    try {
      const [stdout, stderr, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      if (late) throw tooSlow(args, timeoutMs);
      return { code, stdout: stdout.replace(/\n$/, ""), stderr };
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    gitDir,
    attempt,
    async run(args, options) {
      const result = await attempt(args, options);
      if (result.code === 0) return result.stdout;
      throw explainGit(args[0] ?? "git", result);
    },
  };
}

function spawn(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  options: GitOptions,
) {
  const inherited = Object.entries(env).filter(([name]) => !LOCATION.test(name));
  try {
    return Bun.spawn(["git", ...args], {
      // Not in a worktree: nothing there may be taken for a repository.
      cwd: "/",
      env: {
        ...Object.fromEntries(inherited),
        LC_ALL: "C",
        GIT_TERMINAL_PROMPT: "0",
        GIT_OPTIONAL_LOCKS: "0",
        GCM_INTERACTIVE: "never",
        // ssh must not ask on the terminal that `gt start` runs in.
        SSH_ASKPASS: "false",
        SSH_ASKPASS_REQUIRE: "force",
        ...options.env,
      },
      stdin: options.input === undefined ? "ignore" : new TextEncoder().encode(options.input),
      stdout: "pipe",
      stderr: "pipe",
      // A group of its own, so that a helper that hangs ends with it.
      detached: true,
    });
  } catch (cause) {
    throw new AppError("command_not_found", "The program git cannot be started.", {
      hint: "Install git.",
      cause,
    });
  }
}

function tooSlow(args: readonly string[], ms: number): AppError {
  return new AppError(
    "deadline_exceeded",
    `git ${args[0]} did not end within ${Math.round(ms / 1_000)} seconds.`,
    {
      hint: "See whether the remote answers, then try again.",
      retryable: true,
    },
  );
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}
