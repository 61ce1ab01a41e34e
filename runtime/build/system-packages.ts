/**
 * Installs the system packages that the tests need and the npm lock file cannot hold.
 * Runs before `npm test`: with apt-get where that is possible, else it says exactly what to install and stops.
 */
import { existsSync } from "node:fs";

/** What a test needs: a program, and the Debian package that brings it. */
const NEEDED = [
  { tool: "git", program: "git", debian: "git" },
  { tool: "isolation", program: "bwrap", debian: "bubblewrap" },
  { tool: "isolation", program: "socat", debian: "socat" },
  { tool: "isolation", program: "rg", debian: "ripgrep" },
  { tool: "shells", program: "zsh", debian: "zsh" },
  { tool: "shells", program: "fish", debian: "fish" },
  { tool: "browser", program: "chromium", debian: "chromium" },
] as const;

const skipped = new Set((process.env.GASTOWN_SKIP ?? "").split(",").filter(Boolean));
const missing = NEEDED.filter(need => !skipped.has(need.tool) && Bun.which(need.program) === null);

if (process.platform === "linux" && missing.length > 0) {
  const packages = missing.map(need => need.debian);
  const installed = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get") && (await install(packages));
  if (!installed) {
    console.error(`Missing for the tests: ${packages.join(" ")}`);
    console.error(`Install them:  sudo apt-get install -y --no-install-recommends ${packages.join(" ")}`);
    console.error(
      `Or leave their tests out by name:  GASTOWN_SKIP=${[...new Set(missing.map(need => need.tool))].join(",")} npm test`,
    );
    process.exit(1);
  }
}

/** Runs apt-get as root; true when every package is there afterwards. */
async function install(packages: readonly string[]): Promise<boolean> {
  console.error(`Installing ${packages.join(" ")} with apt-get ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const argv of [
    ["apt-get", "update", "-q"],
    ["apt-get", "install", "-y", "-q", "--no-install-recommends", ...packages],
  ]) {
    const child = Bun.spawn(argv, { env, stdin: "ignore", stdout: "pipe", stderr: "inherit" });
    const output = await new Response(child.stdout).text();
    if ((await child.exited) !== 0 && argv[1] === "install") {
      console.error(output);
      return false;
    }
  }
  return NEEDED.filter(need => packages.includes(need.debian as never)).every(
    need => Bun.which(need.program) !== null,
  );
}
