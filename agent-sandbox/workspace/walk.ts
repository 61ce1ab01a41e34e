import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Everything below a folder that is no folder itself; links are named and never followed. Unreadable folders are passed over. */
export async function* walk(
  folder: string,
): AsyncGenerator<{ readonly path: string; readonly entry: Dirent }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else yield { path, entry };
  }
}
