/** The git program. */
import type { GitProgram } from "../../../../store/branch/ports.ts";
import { AppError } from "../../../../store/schema/errors.ts";

/** The git program on the PATH; undefined when there is none. */
export function findGit(env: Readonly<Record<string, string | undefined>>): GitProgram | undefined {
  const path = Bun.which("git", env.PATH === undefined ? {} : { PATH: env.PATH });
  return path === null ? undefined : createGit(path, env);
}

/** A git program at a path. Its messages are in English, it asks nothing, and it takes no optional locks. */
export function createGit(path: string, env: Readonly<Record<string, string | undefined>>): GitProgram {
  return {
    async run(gitDir, args, input) {
      const child = spawn(path, gitDir, args, env);
      if (input !== undefined) child.stdin.write(input);
      const closing = Promise.resolve(child.stdin.end());
      const [stdout, stderr, code] = await Promise.all([
        new Response(child.stdout).bytes(),
        new Response(child.stderr).text(),
        child.exited,
        closing,
      ]);
      return { code, stdout, stderr };
    },
  };
}

function spawn(
  path: string,
  gitDir: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
) {
  try {
    return Bun.spawn([path, `--git-dir=${gitDir}`, ...args], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
      env: { ...env, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" },
    });
  } catch (cause) {
    throw new AppError("command_not_found", `${path} could not be started.`, {
      hint: "Install git.",
      cause,
    });
  }
}
