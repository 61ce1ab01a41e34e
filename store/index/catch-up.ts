/** Moves an index on to the commit that its branch has now. */
import type { BeadEvent } from "../api.ts";
import type { Branch } from "../branch/branch.ts";
import { fromUtf8 } from "../branch/bytes.ts";
import { CONFIG_PATH } from "../branch/layout.ts";
import { categoryOf, isSatisfying, parseConfig, type StoreConfig } from "../model/config.ts";
import { AppError } from "../schema/errors.ts";
import { applyChanges, blockAll, type IndexChange } from "./apply.ts";
import type { BeadIndex } from "./bead-index.ts";
import { addEvents } from "./events-table.ts";
import { isBeadFile, type ReadFile, readFile, toChange } from "./file-changes.ts";
import { commitsBetween, eventsOf } from "./history.ts";
import { readConfig, readHead, writeConfig, writeHead } from "./meta.ts";
import { textOf } from "./sql.ts";

/** Commits whose events are entered at once, at most; older ones stay in `git log`. */
export const MAX_EVENT_COMMITS = 2_000;
/** With more changed files than this, building a new index is quicker and needs less memory. */
const MAX_CHANGES = 20_000;
/** With fewer it is not, however few beads there are. */
const MIN_REBUILD = 2_000;

/** What a branch gained between two commits. */
export interface Advance {
  /** Where it started; undefined when there was nothing. */
  readonly from: string | undefined;
  readonly commit: string;
  readonly ids: readonly string[];
  readonly events: readonly BeadEvent[];
}

/** The index can not be moved on and must be built anew. */
export const REBUILD = Symbol("rebuild");

/**
 * Brings one space of the index to its branch's commit, however far behind or aside it is.
 * Another process may do the same at once: the transaction compares where it starts from.
 * @returns undefined when it was there already; `REBUILD` when that must be done instead
 */
export async function catchUp(
  index: BeadIndex,
  branch: Branch,
  space: number,
  now: number,
): Promise<Advance | undefined | typeof REBUILD> {
  for (;;) {
    const from = readHead(index.sql, space);
    const to = await branch.head();
    if (from === to) return undefined;
    if (to === undefined) return REBUILD;
    const step = await readStep(index, branch, from, to);
    if (step === REBUILD) return REBUILD;
    const moved = index.sql.transaction(() => {
      if (readHead(index.sql, space) !== from) return false;
      if (step.config !== undefined) applySettings(index, step.config);
      applyChanges(index, changesOf(step.files), { space, now });
      addEvents(index.sql, step.events);
      writeHead(index.sql, space, to);
      return true;
    });
    if (!moved) continue;
    return {
      from,
      commit: to,
      ids: step.files.map(file => fileId(file.path)).filter(id => id !== undefined),
      events: step.events.map(each => each.event),
    };
  }
}

/** What a branch gained between two commits, without reading beads. */
export async function describeAdvance(
  branch: Branch,
  from: string | undefined,
  to: string,
): Promise<Advance> {
  const known = from !== undefined && (await branch.objects.find(from)) !== undefined ? from : undefined;
  const files = (await branch.diff(known, to)).filter(isBeadFile);
  const commits = await commitsBetween(branch, known, to, MAX_EVENT_COMMITS);
  return {
    from,
    commit: to,
    ids: files.map(file => fileId(file.path)).filter(id => id !== undefined),
    events: eventsOf(commits).map(each => each.event),
  };
}

/** Takes the settings that another process may have entered since. */
export function refreshConfig(index: BeadIndex): void {
  index.config = readConfig(index.sql) ?? index.config;
}

/** Enters new settings; statuses may mean something else now. Runs inside a transaction. */
export function applyConfig(index: BeadIndex, config: StoreConfig): void {
  const before = index.config;
  index.config = config;
  writeConfig(index.sql, config);
  if (JSON.stringify(before.statuses) === JSON.stringify(config.statuses)) return;
  for (const row of index.sql.all("SELECT DISTINCT status FROM bead")) {
    const status = textOf(row.status);
    index.sql.run(
      "UPDATE bead SET category = ?, satisfied = ? WHERE status = ?",
      categoryOf(config, status) ?? "unspecified",
      isSatisfying(config, status) ? 1 : 0,
      status,
    );
  }
  blockAll(index);
}

/** The settings of a commit, or why they can not be read. */
export interface Settings {
  readonly config: StoreConfig | undefined;
  readonly problem: { readonly oid: string; readonly reason: string } | undefined;
}

/** The settings in a commit. @throws {AppError} not_supported (a newer format) */
export async function readSettings(branch: Branch, commit: string): Promise<Settings> {
  const file = await branch.findFile(commit, CONFIG_PATH);
  if (file === undefined) return { config: undefined, problem: { oid: "", reason: "it is missing" } };
  try {
    return { config: parseConfig(fromUtf8(await branch.readBlob(file.oid))), problem: undefined };
  } catch (error) {
    if (!(error instanceof AppError && ["corrupt", "too_large"].includes(error.code))) throw error;
    return { config: undefined, problem: { oid: file.oid, reason: error.message } };
  }
}

/** Enters settings; those that can not be read leave the ones in force, and are reported. Runs inside a transaction. */
export function applySettings(index: BeadIndex, settings: Settings): void {
  index.sql.run("DELETE FROM problem WHERE path = ? AND space = 0", CONFIG_PATH);
  if (settings.config !== undefined) applyConfig(index, settings.config);
  if (settings.problem === undefined) return;
  const { oid, reason } = settings.problem;
  index.sql.run("INSERT INTO problem(path, space, oid, reason) VALUES(?, 0, ?, ?)", CONFIG_PATH, oid, reason);
}

/** Id of the bead that a change is about. */
export function idOf(change: IndexChange): string | undefined {
  if (change.kind === "bead") return change.bead.id;
  if (change.kind === "tombstone") return change.tombstone.id;
  return fileId(change.path);
}

function fileId(path: string): string | undefined {
  return /([^/]+)\.json$/.exec(path)?.[1];
}

function* changesOf(files: readonly ReadFile[]): Generator<IndexChange> {
  for (const file of files) yield toChange(file);
}

interface Step {
  readonly files: readonly ReadFile[];
  readonly config: Settings | undefined;
  readonly events: ReturnType<typeof eventsOf>;
}

async function readStep(
  index: BeadIndex,
  branch: Branch,
  from: string | undefined,
  to: string,
): Promise<Step | typeof REBUILD> {
  if (from !== undefined && (await branch.objects.find(from)) === undefined) return REBUILD;
  const most = Math.max(MIN_REBUILD, Math.min(MAX_CHANGES, index.roughCount()));
  const diff = await branch.diff(from, to, most);
  if (diff.length > most) return REBUILD;
  const files = diff.filter(isBeadFile);
  const read: ReadFile[] = [];
  for (const file of files) read.push(await readFile(branch, file));
  const settings = diff.find(change => change.path === CONFIG_PATH);
  const commits = await commitsBetween(branch, from, to, MAX_EVENT_COMMITS);
  return {
    files: read,
    config: settings === undefined ? undefined : await readSettings(branch, to),
    events: eventsOf(commits),
  };
}
