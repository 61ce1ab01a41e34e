/** Builds an index from the branch: reads every bead once, in pieces, so that memory stays small. */
import type { Branch } from "../branch/branch.ts";
import type { TreeChange } from "../branch/tree-diff.ts";
import { newConfig } from "../model/config.ts";
import { searchText } from "../model/filter.ts";
import { applyChanges, blockAll, type IndexChange } from "./apply.ts";
import { BeadIndex } from "./bead-index.ts";
import { applySettings, MAX_EVENT_COMMITS, readSettings } from "./catch-up.ts";
import { addEvents } from "./events-table.ts";
import { isBeadFile, readChange } from "./file-changes.ts";
import { commitsBetween, eventsOf } from "./history.ts";
import { writeConfig, writeHead, writeMeta } from "./meta.ts";
import type { SqlDatabase } from "./sql.ts";
import { INDEX_FORMAT, TABLES } from "./tables.ts";

/** Files per transaction. */
const PIECE = 1_000;

/** Fills an empty database. It is a valid index only when this has resolved. */
export async function buildIndex(
  sql: SqlDatabase,
  spaces: readonly Branch[],
  options: { readonly now: number; readonly fallbackPrefix: string },
): Promise<BeadIndex> {
  sql.transaction(() => {
    for (const statement of TABLES) sql.run(statement);
  });
  const index = new BeadIndex(sql, newConfig(options.fallbackPrefix));
  const heads: (string | undefined)[] = [];
  for (const [space, branch] of spaces.entries()) {
    const head = await branch.head();
    heads.push(head);
    if (head === undefined) continue;
    if (space === 0) {
      const settings = await readSettings(branch, head);
      sql.transaction(() => applySettings(index, settings));
    }
    await fillSpace(index, branch, head, space, options.now);
  }
  sql.transaction(() => {
    blockAll(index);
    writeConfig(sql, index.config);
    for (const [space, head] of heads.entries()) writeHead(sql, space, head);
    writeMeta(sql, "format", INDEX_FORMAT);
  });
  return index;
}

async function fillSpace(
  index: BeadIndex,
  branch: Branch,
  head: string,
  space: number,
  now: number,
): Promise<void> {
  const files = (await branch.diff(undefined, head)).filter(isBeadFile);
  for (let start = 0; start < files.length; start += PIECE) {
    const changes = await readPiece(branch, files.slice(start, start + PIECE));
    index.sql.transaction(() => {
      applyChanges(index, changes, { space, now, bulk: true });
      enterTexts(index, changes);
    });
  }
  const events = eventsOf(await commitsBetween(branch, undefined, head, MAX_EVENT_COMMITS));
  index.sql.transaction(() => addEvents(index.sql, events));
}

async function readPiece(branch: Branch, files: readonly TreeChange[]): Promise<IndexChange[]> {
  const changes: IndexChange[] = [];
  for (const file of files) changes.push(await readChange(branch, file));
  return changes;
}

function enterTexts(index: BeadIndex, changes: readonly IndexChange[]): void {
  for (const change of changes) {
    if (change.kind !== "bead") continue;
    index.sql.run(
      "INSERT INTO bead_text(rowid, title, body) SELECT n, ?, ? FROM bead WHERE id = ?",
      change.bead.title,
      searchText(change.bead),
      change.bead.id,
    );
  }
  index.sql.run("DELETE FROM text_todo");
}
