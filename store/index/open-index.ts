/**
 * Finds, opens or builds the index file of a branch. The file can be lost or damaged at any time without any loss.
 * A small pointer file names the database in use: a rebuilt one gets a new name, so that processes that still read the
 * old one are not disturbed.
 */
import type { Branch } from "../branch/branch.ts";
import { fromUtf8, utf8 } from "../branch/bytes.ts";
import { takeLock } from "../branch/file-lock.ts";
import { newConfig } from "../model/config.ts";
import { AppError } from "../schema/errors.ts";
import { BeadIndex } from "./bead-index.ts";
import { buildIndex } from "./build-index.ts";
import { mayBeTorn, readConfig, readMeta } from "./meta.ts";
import type { SqlPort } from "./sql.ts";
import { INDEX_FORMAT } from "./tables.ts";

/** Others build for this long at most before we build our own. */
const BUILD_WAIT_MS = 60_000;

/** Where an index comes from. */
export interface IndexSource {
  readonly sql: SqlPort;
  /** The shared branch, then the local one. */
  readonly spaces: readonly [Branch, ...Branch[]];
  /** Prefix of a store that has no settings yet. */
  readonly fallbackPrefix: string;
}

/** The index as it lies there, if it can be used. It may be behind its branch. */
export async function openExisting(source: IndexSource): Promise<BeadIndex | undefined> {
  const file = await currentFile(source);
  if (file === undefined) return undefined;
  try {
    const sql = source.sql.open(file);
    if (readMeta(sql, "format") === INDEX_FORMAT && !mayBeTorn(sql)) {
      return new BeadIndex(sql, readConfig(sql) ?? newConfig(source.fallbackPrefix));
    }
    sql.close();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "forbidden") return undefined;
    if (error.code !== "corrupt" && error.code !== "not_found" && error.code !== "storage_io") throw error;
  }
  return undefined;
}

/**
 * Builds a new index and makes it the one in use. Where the repository can not be written to, the index is in memory.
 * @param unusable file name of the index that was found wanting, so that a better one of another process is taken
 */
export async function rebuild(source: IndexSource, unusable: string | undefined): Promise<BeadIndex> {
  const [branch] = source.spaces;
  const { fs } = branch.ports;
  const folder = branch.repository.stateDir;
  try {
    await fs.makeDir(folder);
    const lock = await takeLock(branch.ports, `${pointerPath(source)}.lock`, folder, {
      timeoutMs: BUILD_WAIT_MS,
      staleAfterMs: BUILD_WAIT_MS,
    });
    try {
      const now = await currentFile(source);
      if (now !== undefined && now !== unusable) {
        const existing = await openExisting(source);
        if (existing !== undefined) return existing;
      }
      return await buildFile(source, folder, now);
    } finally {
      await lock?.release();
    }
  } catch (error) {
    if (!(error instanceof AppError && ["forbidden", "storage_full"].includes(error.code))) throw error;
    return buildIndex(source.sql.open(undefined), source.spaces, buildOptions(source));
  }
}

/** Path of the database in use; undefined when there is none. */
export async function currentFile(source: IndexSource): Promise<string | undefined> {
  const [branch] = source.spaces;
  const pointer = await branch.ports.fs.read(pointerPath(source));
  const name = pointer === undefined ? "" : fromUtf8(pointer).trim();
  return /^index-[A-Za-z0-9._-]+\.sqlite$/.test(name) ? `${branch.repository.stateDir}/${name}` : undefined;
}

async function buildFile(source: IndexSource, folder: string, old: string | undefined): Promise<BeadIndex> {
  const [branch] = source.spaces;
  const { fs, random } = branch.ports;
  const name = `index-${refName(branch.ref)}-${Math.floor(random() * 2 ** 40).toString(36)}.sqlite`;
  const path = `${folder}/${name}`;
  try {
    const bulk = source.sql.open(path, { bulk: true });
    await buildIndex(bulk, source.spaces, buildOptions(source));
    bulk.close();
    const sql = source.sql.open(path);
    await replaceFile(source, pointerPath(source), utf8(`${name}\n`));
    if (old !== undefined) source.sql.remove(old);
    return new BeadIndex(sql, readConfig(sql) ?? newConfig(source.fallbackPrefix));
  } catch (error) {
    source.sql.remove(path);
    throw error;
  }
  function replaceFile(from: IndexSource, target: string, content: Uint8Array): Promise<void> {
    const temporary = `${target}.${Math.floor(from.spaces[0].ports.random() * 2 ** 40).toString(36)}`;
    return fs.create(temporary, content).then(() => fs.rename(temporary, target));
  }
}

function buildOptions(source: IndexSource): { readonly now: number; readonly fallbackPrefix: string } {
  return { now: source.spaces[0].ports.now(), fallbackPrefix: source.fallbackPrefix };
}

function pointerPath(source: IndexSource): string {
  const [branch] = source.spaces;
  return `${branch.repository.stateDir}/index-${refName(branch.ref)}`;
}

function refName(ref: string): string {
  return ref.replace(/^refs\/(heads\/)?/, "").replace(/[^A-Za-z0-9._-]/g, "_");
}
