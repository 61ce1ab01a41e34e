/** The dashboard's files: from inside the binary, or from `web/dist`, which is built when that is due. */
import { existsSync } from "node:fs";
import { join, normalize } from "node:path";
import { AppError } from "../../store/schema/errors.ts";
import { buildWeb, webIsDue } from "../build/web.ts";
import type { Asset, Assets } from "../gateway/deps.ts";
import { embeddedPath, isCompiled } from "./embedded.ts";

const ROOT = join(import.meta.dir, "..", "..");
const DIST = join(ROOT, "web", "dist");

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
 * Builds the dashboard when this is a checkout that has none yet, or one that is older than its sources.
 * @throws {AppError} internal with the builder's words
 */
export async function buildWebIfDue(say: (line: string) => void): Promise<void> {
  if (isCompiled() || !webIsDue(ROOT)) return;
  say("Building the dashboard ...");
  try {
    await buildWeb(ROOT, DIST);
  } catch (cause) {
    throw new AppError("internal", cause instanceof Error ? cause.message : String(cause), {
      hint: 'Run "npm ci" and try again; "npm run build:web" shows the whole output.',
      cause,
    });
  }
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
