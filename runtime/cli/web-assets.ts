/** The dashboard's files: from inside the binary, or from `web/dist`, which is built when it is missing. */
import { existsSync } from "node:fs";
import { join, normalize } from "node:path";
import { AppError } from "../../store/schema/errors.ts";
import type { Asset, Assets } from "../gateway/deps.ts";
import { embeddedPath, isCompiled } from "./embedded.ts";

const ROOT = join(import.meta.dir, "..", "..");
const DIST = join(ROOT, "web", "dist");
const VITE = join(ROOT, "node_modules", "vite", "bin", "vite.js");

/** Reads `/`, `/index.html`, `/assets/...`; nothing outside of the dashboard's folder. */
export function webAssets(): Assets {
  return {
    async get(path) {
      const name = normalize(path === "/" ? "/index.html" : path).replace(/^\/+/, "");
      const found = isCompiled() ? embeddedPath(`web/${name}`) : inDist(name);
      return found === undefined ? undefined : await read(found, name);
    },
  };
}

/**
 * Builds the dashboard when this is a checkout that has none yet.
 * @throws {AppError} internal with the builder's words
 */
export async function buildWebIfMissing(say: (line: string) => void): Promise<void> {
  if (isCompiled() || existsSync(join(DIST, "index.html")) || !existsSync(VITE)) return;
  say("Building the dashboard, once ...");
  const child = Bun.spawn(
    [process.execPath, VITE, "build", "--config", "web/vite.config.ts", "--logLevel", "warn"],
    {
      cwd: ROOT,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  const [out, problems, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code === 0) return;
  throw new AppError("internal", `The dashboard cannot be built: ${(problems || out).trim()}`, {
    hint: 'Run "npm ci" and try again; "npm run build:web" shows the whole output.',
  });
}

function inDist(name: string): string | undefined {
  const path = join(DIST, name);
  return path.startsWith(`${DIST}/`) && existsSync(path) ? path : undefined;
}

async function read(path: string, name: string): Promise<Asset | undefined> {
  const file = Bun.file(path);
  if (!(await file.exists())) return undefined;
  return {
    body: await file.bytes(),
    // The embedded name has a hash of its own; the type goes by the name that was asked for.
    type: Bun.file(name).type,
    immutable: /^assets\/.+-[\w-]{8,}\.\w+$/.test(name),
  };
}
