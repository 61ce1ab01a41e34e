/** A town's folder: made once, recognised by its `town.json`. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { z } from "zod";
import { AppError } from "../../../../store/schema/errors.ts";
import { fileError, readIfThere, writeWhole } from "../files.ts";
import { createGit } from "../repos/git.ts";
import type { BunTownPaths } from "../town-paths.ts";

/** Version of the folder's layout that this program writes. */
const FORMAT = 1;

const townFileSchema = z.object({
  format: z.int().positive(),
  /** Name of the town; part of the names of its actors. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/, "lower case letters, digits and -, starting with a letter, at most 64"),
  created_at: z.iso.datetime(),
});
/** What `town.json` says. */
export type TownFile = z.infer<typeof townFileSchema>;

/**
 * Reads `town.json`.
 * @throws {AppError} not_found when the folder is no town's, corrupt, not_supported when it is a newer program's
 */
export function readTownFile(path: string): TownFile {
  const text = readIfThere(path);
  if (text === undefined) {
    throw new AppError("not_found", `${path} does not exist: there is no town in that folder.`, {
      hint: "Make one with `gt start`.",
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined; // Refused below.
  }
  const file = townFileSchema.safeParse(value);
  if (!file.success) {
    throw new AppError("corrupt", `${path} is not what gastown writes: ${z.prettifyError(file.error)}`, {
      hint: `It should be like {"format": ${FORMAT}, "name": "demo", "created_at": "2026-01-01T00:00:00Z"}.`,
    });
  }
  if (file.data.format > FORMAT) {
    throw new AppError(
      "not_supported",
      `${path} has format ${file.data.format}; this program knows ${FORMAT}.`,
      {
        hint: "Update gastown.",
      },
    );
  }
  return file.data;
}

/** Makes the folders, and last the file that says that all is there; what is there already stays. @throws {AppError} storage_full, forbidden, invalid_argument (name) */
export function ensureTownFolder(paths: BunTownPaths, name: string, now: Date): TownFile {
  try {
    for (const folder of [
      paths.root,
      paths.rigs,
      paths.worktrees,
      paths.agents,
      paths.actors,
      paths.run,
      paths.secrets,
      paths.log,
    ]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
  } catch (cause) {
    throw fileError(cause, paths.root);
  }
  if (existsSync(paths.config)) return readTownFile(paths.config);
  const file = townFileSchema.safeParse({ format: FORMAT, name, created_at: now.toISOString() });
  if (!file.success) {
    throw new AppError(
      "invalid_argument",
      `"${name}" cannot be the name of a town: ${z.prettifyError(file.error)}`,
    );
  }
  writeWhole(paths.config, `${JSON.stringify(file.data, null, 2)}\n`, 0o644);
  return file.data;
}

/** Makes the bare repository for the town's own beads, whole or not at all. @throws {AppError} git_failed, command_not_found, storage_full */
export async function ensureHq(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  if (existsSync(path)) return;
  const aside = `${path}.making-${process.pid}`;
  try {
    const git = createGit(aside, env);
    await git.run(["init", "--quiet", "--bare"]);
    await git.run(["config", "gc.auto", "0"]);
    await git.run(["symbolic-ref", "HEAD", "refs/heads/beads"]);
    renameSync(aside, path);
  } catch (cause) {
    throw cause instanceof AppError ? cause : fileError(cause, path);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
