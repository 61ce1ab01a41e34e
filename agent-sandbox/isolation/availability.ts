/** Can this machine isolate a process? Says exactly what is missing when it cannot. */
import { AppError } from "../../store/schema/errors.ts";

const LINUX_PROGRAMS = [
  { program: "bwrap", package: "bubblewrap" },
  { program: "socat", package: "socat" },
  { program: "rg", package: "ripgrep" },
] as const;

/**
 * Resolves when `process` isolation works here.
 * @throws {AppError} isolation_unavailable, with the remedy in its hint
 */
export async function requireIsolation(platform: NodeJS.Platform, path: string): Promise<void> {
  if (platform === "darwin") {
    if (Bun.which("sandbox-exec", { PATH: `${path}:/usr/bin` }) !== null) return;
    throw unavailable(
      "The program sandbox-exec is missing.",
      "It is part of macOS: see that /usr/bin is on the PATH.",
    );
  }
  if (platform !== "linux") throw unavailable(`There is no isolation for ${platform}.`, WAIVE);
  const missing = LINUX_PROGRAMS.filter(({ program }) => Bun.which(program, { PATH: path }) === null);
  if (missing.length > 0) {
    const packages = missing.map(entry => entry.package).join(" ");
    throw unavailable(
      `Missing for isolation: ${missing.map(entry => entry.program).join(", ")}.`,
      `Install them, e.g. \`sudo apt-get install -y --no-install-recommends ${packages}\`. ${WAIVE}`,
    );
  }
  const probe = Bun.spawn(
    [
      "bwrap",
      "--ro-bind",
      "/",
      "/",
      "--dev",
      "/dev",
      "--unshare-user",
      "--unshare-pid",
      "--unshare-net",
      "--proc",
      "/proc",
      "true",
    ],
    { env: { PATH: path }, stdin: "ignore", stdout: "ignore", stderr: "pipe" },
  );
  const [words, code] = await Promise.all([new Response(probe.stderr).text(), probe.exited]);
  if (code === 0) return;
  throw unavailable(
    `bubblewrap cannot make namespaces here: ${words.trim().slice(0, 500)}`,
    `On Ubuntu 24.04 and later allow it by \`sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0\`; in a container allow user namespaces. ${WAIVE}`,
  );
}

const WAIVE = "Or waive isolation in words: `--isolation none`.";

function unavailable(message: string, hint: string): AppError {
  return new AppError("isolation_unavailable", message, { hint });
}
