/** Builds an index from the branch: reads every bead once, in pieces, so that memory stays small. */
import type { Branch } from "../branch/branch.ts";
import { BEADS_FOLDER } from "../branch/layout.ts";
import { TREE_MODE } from "../branch/objects.ts";
import { diffTrees, type TreeChange } from "../branch/tree-diff.ts";
import { compareStamps, latestStamp } from "../model/clock.ts";
import { newConfig } from "../model/config.ts";
import { searchText } from "../model/filter.ts";
import type { Stamp } from "../schema/bead.ts";
import { applyChanges, blockAll, clockOf, type IndexChange, putRelations } from "./apply.ts";
import { BeadIndex } from "./bead-index.ts";
import { applySettings, MAX_EVENT_COMMITS, readSettings } from "./catch-up.ts";
import { addEvents } from "./events-table.ts";
import { isBeadFile, readChange } from "./file-changes.ts";
import { recentEvents } from "./history.ts";
import { writeConfig, writeHead, writeHlc, writeMeta } from "./meta.ts";
import { contentValues, INSERT_NUMBERED_BEAD, schedulingValues } from "./row.ts";
import type { SqlDatabase } from "./sql.ts";
import { INDEX_FORMAT, INDEXES, TABLES } from "./tables.ts";

/** Files per transaction. */
const PIECE = 500;
/** Pieces between two collections of what they left behind. */
const PIECES_PER_TIDY = 8;
/** Events that are entered at once; older ones are in the commits, where `history` finds them. */
const MAX_EVENTS = 20_000;

/** Fills an empty database. It is a valid index only when this has resolved. */
export async function buildIndex(
  sql: SqlDatabase,
  spaces: readonly [Branch, ...Branch[]],
  options: { readonly now: number; readonly fallbackPrefix: string },
): Promise<BeadIndex> {
  sql.transaction(() => {
    for (const statement of TABLES) sql.run(statement);
  });
  const index = new BeadIndex(sql, newConfig(options.fallbackPrefix));
  const heads = await Promise.all(spaces.map(branch => branch.head()));
  const [shared] = spaces;
  if (heads[0] !== undefined) await fillShared(index, shared, heads[0], options.now);
  sql.transaction(() => {
    for (const statement of INDEXES) sql.run(statement);
  });
  sql.transaction(() => {
    blockAll(index);
    writeConfig(sql, index.config);
  });
  for (const [space, branch] of spaces.entries()) {
    const head = heads[space];
    if (head === undefined) continue;
    if (space > 0) await fillLocal(index, branch, head, { space, now: options.now });
    const events = await recentEvents(branch, head, { commits: MAX_EVENT_COMMITS, events: MAX_EVENTS });
    sql.transaction(() => addEvents(sql, events));
  }
  sql.transaction(() => {
    for (const [space, head] of heads.entries()) writeHead(sql, space, head);
    writeMeta(sql, "format", INDEX_FORMAT);
  });
  return index;
}

/** Each file of the branch is another bead, so rows are added without a look at what is there. */
async function fillShared(index: BeadIndex, branch: Branch, head: string, now: number): Promise<void> {
  const settings = await readSettings(branch, head);
  index.sql.transaction(() => applySettings(index, settings));
  let number = 0;
  let seen: Stamp = [0, 0, ""];
  for await (const files of beadFiles(branch, head)) {
    const changes = await readAll(branch, files);
    index.sql.transaction(() => {
      for (const change of changes) {
        const latest = latestStamp(clockOf(change), now);
        if (compareStamps(latest, seen) > 0) seen = latest;
        if (change.kind === "bead") addBead(index, ++number, change);
      }
    });
    // The rare others have no rows to be added to.
    const others = changes.filter(change => change.kind !== "bead");
    if (others.length > 0) index.sql.transaction(() => addOthers(index, others));
  }
  index.sql.transaction(() => writeHlc(index.sql, seen));
}

async function fillLocal(
  index: BeadIndex,
  branch: Branch,
  head: string,
  options: { readonly space: number; readonly now: number },
): Promise<void> {
  for await (const files of beadFiles(branch, head)) {
    const changes = await readAll(branch, files);
    index.sql.transaction(() => applyChanges(index, changes, options));
  }
}

/** The files of the beads, in pieces. */
async function* beadFiles(branch: Branch, head: string): AsyncGenerator<TreeChange[]> {
  let pieces = 0;
  for await (const files of shardFiles(branch, head)) {
    for (let start = 0; start < files.length; start += PIECE) {
      if (++pieces % PIECES_PER_TIDY === 0) branch.ports.tidy?.();
      yield files.slice(start, start + PIECE);
    }
  }
}

/** The files of the beads, one first-level folder at a time. */
async function* shardFiles(branch: Branch, head: string): AsyncGenerator<TreeChange[]> {
  const readTree = (oid: string) => branch.objects.readTreeBytes(oid);
  const root = (await branch.treeOf(head)) ?? "";
  for (const entry of await branch.objects.readTree(root)) {
    const { name, mode, oid } = entry;
    if (name === BEADS_FOLDER && mode === TREE_MODE) {
      for (const shard of await branch.objects.readTree(oid)) {
        const path = `${BEADS_FOLDER}/${shard.name.replaceAll("/", "%2F")}`;
        if (shard.mode === TREE_MODE) yield diffTrees(readTree, undefined, shard.oid, `${path}/`);
        else yield [{ path, before: undefined, after: shard }];
      }
    } else if (mode !== TREE_MODE) {
      const file = { path: name.replaceAll("/", "%2F"), before: undefined, after: { mode, oid } };
      if (isBeadFile(file)) yield [file];
    }
  }
}

async function readAll(branch: Branch, files: readonly TreeChange[]): Promise<IndexChange[]> {
  const changes: IndexChange[] = [];
  for (const file of files) changes.push(await readChange(branch, file));
  return changes;
}

function addBead(index: BeadIndex, number: number, change: IndexChange & { readonly kind: "bead" }): void {
  const { bead, oid } = change;
  index.sql.run(
    INSERT_NUMBERED_BEAD,
    number,
    ...contentValues(bead, oid),
    ...schedulingValues(index.config, bead, 0),
  );
  putRelations(index, undefined, bead);
  index.sql.run(
    "INSERT INTO bead_text(rowid, title, body) VALUES(?, ?, ?)",
    number,
    bead.title,
    searchText(bead),
  );
}

function addOthers(index: BeadIndex, changes: readonly IndexChange[]): void {
  for (const change of changes) {
    if (change.kind === "tombstone") {
      const { tombstone, oid } = change;
      index.sql.run(
        "INSERT OR REPLACE INTO tombstone(id, space, oid, json) VALUES(?, 0, ?, ?)",
        tombstone.id,
        oid,
        JSON.stringify(tombstone),
      );
    } else if (change.kind === "problem") {
      index.sql.run(
        "INSERT OR REPLACE INTO problem(path, space, oid, reason) VALUES(?, 0, ?, ?)",
        change.path,
        change.oid,
        change.reason,
      );
    }
  }
}
