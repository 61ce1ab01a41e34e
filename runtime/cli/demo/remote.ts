/** The remote of the sample rig: a bare repository beside it, with one commit. */
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Io } from "../lib/io.ts";
import { git } from "./git.ts";
import { SAMPLE_FILES } from "./sample.ts";

/**
 * Makes `<town>/remotes/sample.git` unless it is there, and answers its path. It is made under another name and renamed
 * when it is whole, so that a run that is killed in the middle leaves nothing that looks like one.
 * @throws {AppError} command_not_found, git_failed
 */
export async function ensureRemote(townDir: string, io: Pick<Io, "env">): Promise<string> {
  const folder = join(townDir, "remotes");
  const final = join(folder, "sample.git");
  if (existsSync(final)) return final;
  await mkdir(folder, { recursive: true });
  for (const left of await readdir(folder)) {
    if (left.startsWith(".making-")) await rm(join(folder, left), { recursive: true, force: true });
  }
  const making = join(folder, `.making-${process.pid}`);
  const work = join(making, "work");
  const bare = join(making, "sample.git");
  await mkdir(work, { recursive: true });
  for (const [path, text] of Object.entries(SAMPLE_FILES)) {
    await mkdir(dirname(join(work, path)), { recursive: true });
    await writeFile(join(work, path), text);
  }
  await git(work, io.env, "init", "-q", "-b", "main");
  await git(work, io.env, "add", "-A");
  await git(work, io.env, "commit", "-q", "-m", "A small library over text, with its tests");
  await git(making, io.env, "clone", "-q", "--bare", "--no-hardlinks", work, bare);
  await git(bare, io.env, "remote", "remove", "origin");
  await rename(bare, final);
  await rm(making, { recursive: true, force: true });
  return final;
}
