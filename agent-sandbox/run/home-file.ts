import { lstat, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Writes a file below an agent's home, from outside of the isolation. The agent may have put links there that lead out:
 * none is followed, whatever stands in the way of a folder is replaced. No program of the agent may run meanwhile.
 * @param path Relative to the home, without `..`.
 */
export async function writeHomeFile(home: string, path: string, content: string): Promise<void> {
  const parts = path.split("/");
  const name = parts.pop() ?? "";
  let folder = home;
  for (const part of parts) {
    folder = join(folder, part);
    const there = await lstat(folder).catch(() => undefined);
    if (there?.isDirectory()) continue;
    await rm(folder, { force: true });
    await mkdir(folder);
  }
  // Renamed into place: a link of this name is replaced, and only a folder has to go first.
  const aside = join(folder, `.${crypto.randomUUID()}`);
  const target = join(folder, name);
  await writeFile(aside, content, { flag: "wx", mode: 0o600 });
  if ((await lstat(target).catch(() => undefined))?.isDirectory()) await rm(target, { recursive: true });
  await rename(aside, target);
}
