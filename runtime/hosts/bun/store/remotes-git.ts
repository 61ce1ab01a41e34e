/** Runs the git program against remotes. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { AppError } from "../../../../store/schema/errors.ts";
import type { RemoteGit } from "../../../../store/sync/index.ts";

/** Settings of a git that calls us, as a hook would have them: they are about its repository, not about ours. */
const FOREIGN =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|QUARANTINE_PATH|NAMESPACE|COMMON_DIR|PREFIX|INTERNAL_.*)$/;

/** A git program at a path. When aborted, it is ended with everything that it started. */
export function createRemoteGit(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  interactive: boolean,
): RemoteGit {
  const environment = environmentOf(env, interactive);
  return {
    async run(gitDir, args, { input, signal } = {}) {
      signal?.throwIfAborted();
      const child = spawnGit(path, gitDir, args, environment, !interactive);
      const end = () => endGroup(child.pid, interactive);
      signal?.addEventListener("abort", end, { once: true });
      try {
        const written = writeInput(child.stdin, input);
        const [stdout, stderr, code] = await Promise.all([
          new Response(child.stdout).bytes(),
          new Response(child.stderr).text(),
          child.exited,
          written,
        ]);
        if (signal?.aborted === true) throw aborted(args);
        return { code, stdout, stderr };
      } finally {
        signal?.removeEventListener("abort", end);
      }
    },
  };
}

function environmentOf(
  env: Readonly<Record<string, string | undefined>>,
  interactive: boolean,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !FOREIGN.test(name)) kept[name] = value;
  }
  return {
    ...kept,
    LC_ALL: "C",
    GIT_OPTIONAL_LOCKS: "0",
    ...(interactive ? {} : { GIT_TERMINAL_PROMPT: "0" }),
  };
}

function spawnGit(
  path: string,
  gitDir: string,
  args: readonly string[],
  env: Record<string, string>,
  detached: boolean,
) {
  // Relative paths of remotes are meant from the top of the working tree.
  const top = gitDir.endsWith("/.git") ? dirname(gitDir) : gitDir;
  try {
    return Bun.spawn([path, `--git-dir=${gitDir}`, ...args], {
      cwd: existsSync(top) ? top : "/",
      env,
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
      // A session of its own, so that an abort can end ssh and all other children too.
      detached,
    });
  } catch (cause) {
    throw new AppError("command_not_found", `${path} could not be started.`, { hint: "Install git.", cause });
  }
}

/** Writes all of the input; a program that ends before it read everything is judged by its exit code. */
async function writeInput(stdin: Bun.FileSink, input: Uint8Array | string | undefined): Promise<void> {
  try {
    if (input !== undefined) stdin.write(input);
    await stdin.end();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPIPE")) throw error;
  }
}

function endGroup(pid: number, interactive: boolean): void {
  try {
    process.kill(interactive ? pid : -pid, "SIGTERM");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function aborted(args: readonly string[]): AppError {
  const command = args.find(arg => /^[a-z]/.test(arg) && !arg.includes("=")) ?? "";
  return new AppError("cancelled", `git ${command} was given up before it ended.`, {
    hint: "Sync again when there is more time.",
    retryable: true,
  });
}
