// Starts the command line under the Bun that npm installed beside it, so that nobody must have Bun first.
// Plain JavaScript for Node 20: this is what `npx gt` runs.
import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const SMALLEST_BUN_BYTES = 1_000_000;

/** Runs `runtime/cli/gastown.ts` with these words before the user's own, and ends as it ends. */
export function run(words) {
  const bun = findBun();
  if (bun === undefined) {
    process.stderr.write(
      "gastown: Bun is missing.\nInstall the package anew with its optional dependencies: npm i gastown\n",
    );
    process.exit(1);
  }
  const child = spawn(bun, [join(here, "..", "gastown.ts"), ...words, ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", error => {
    process.stderr.write(`gastown: ${bun} cannot be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

/** The binary of the `bun` package, or of its package for this platform when install scripts did not run. */
function findBun() {
  const require = createRequire(import.meta.url);
  const candidates = [];
  for (const suffix of ["", "-musl", "-baseline"]) {
    candidates.push(
      `@oven/bun-${process.platform}-${process.arch === "arm64" ? "aarch64" : process.arch}${suffix}/bin/bun`,
    );
  }
  const paths = ["bun/package.json", ...candidates].flatMap(name => {
    try {
      const path = require.resolve(name);
      return name.endsWith(".json")
        ? [join(dirname(path), "bin", "bun.exe"), join(dirname(path), "bin", "bun")]
        : [path];
    } catch {
      return [];
    }
  });
  return paths.find(path => existsSync(path) && statSync(path).size > SMALLEST_BUN_BYTES);
}
