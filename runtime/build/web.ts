/** Builds the dashboard, and knows when that is due, so that nobody has to build by hand. */
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";

/** What the dashboard is made of, besides packages. */
const SOURCES = [
  "web/**/*.{ts,css,html,svg}",
  "runtime/gateway/contract/*.ts",
  "store/schema/*.ts",
  "agent-sandbox/protocol/*.ts",
  "package-lock.json",
];

/**
 * True when there is a bundler and the build is missing or older than its sources. An installed package has no
 * bundler: its build is used as it is.
 * @param root the project's folder
 */
export function webIsDue(root: string): boolean {
  if (!existsSync(join(root, "node_modules/vite/bin/vite.js"))) return false;
  const built = join(root, "web/dist/index.html");
  return !existsSync(built) || newestSource(root) > statSync(built).mtimeMs;
}

/**
 * Builds into `outDir`, which is replaced in one step: who serves it meanwhile serves a whole build.
 * @throws {Error} with the bundler's output when the build fails
 */
export async function buildWeb(root: string, outDir: string): Promise<void> {
  const fresh = `${outDir}.${process.pid}`;
  const child = Bun.spawn(
    [
      process.execPath,
      join(root, "node_modules/vite/bin/vite.js"),
      "build",
      "--config",
      join(root, "web/vite.config.ts"),
      "--outDir",
      fresh,
      "--logLevel",
      "warn",
    ],
    {
      cwd: root,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: { ...process.env, NODE_ENV: "production" },
    },
  );
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error(`The dashboard could not be built (exit code ${code}):\n${out}${err}`);
  }
  const old = `${outDir}.old-${process.pid}`;
  if (existsSync(outDir)) renameSync(outDir, old);
  renameSync(fresh, outDir);
  rmSync(old, { recursive: true, force: true });
}

/** Epoch milliseconds of the last change to a source. */
function newestSource(root: string): number {
  let newest = 0;
  for (const pattern of SOURCES) {
    for (const file of new Glob(pattern).scanSync({ cwd: root })) {
      if (file.startsWith("web/dist") || file.endsWith(".test.ts")) continue;
      newest = Math.max(newest, statSync(join(root, file)).mtimeMs);
    }
  }
  return newest;
}
