/** The few git commands by which the demo makes its sample repository. */
import { AppError } from "../../../store/schema/errors.ts";

/** Nothing of the user's configuration has a say: no hooks, no signing, no templates. */
const NEUTRAL = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TEMPLATE_DIR: "",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Gastown demo",
  GIT_AUTHOR_EMAIL: "demo@gastown.local",
  GIT_COMMITTER_NAME: "Gastown demo",
  GIT_COMMITTER_EMAIL: "demo@gastown.local",
} as const;

/** Runs git in a folder and answers its output. @throws {AppError} command_not_found, git_failed */
export async function git(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  ...words: string[]
): Promise<string> {
  if (Bun.which("git", { PATH: env.PATH ?? "" }) === null) {
    throw new AppError("command_not_found", "git is not on the PATH.", {
      hint: "Install git 2.25 or newer, e.g. sudo apt-get install -y git.",
    });
  }
  const child = Bun.spawn(["git", ...words], {
    cwd,
    env: { PATH: env.PATH, HOME: env.HOME, ...NEUTRAL },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, problems, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code === 0) return out;
  throw new AppError("git_failed", `git ${words[0]} failed in ${cwd}: ${problems.trim().slice(0, 1_000)}`);
}
