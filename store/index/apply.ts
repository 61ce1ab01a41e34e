/** Brings changes of files into the tables. All functions here run inside a transaction of the caller. */
import { beadIdOfPath, beadPath } from "../branch/layout.ts";
import type { Tombstone } from "../model/bead-file.ts";
import { recomputeBlocked, seedsOf, spawnerOf } from "../model/blocked.ts";
import { type Clock, compareStamps, latestStamp, sameJson } from "../model/clock.ts";
import { isDone, isSatisfying, type StoreConfig } from "../model/config.ts";
import { parentOf } from "../model/dependency-rules.ts";
import type { Bead } from "../schema/bead.ts";
import type { BeadIndex } from "./bead-index.ts";
import { readHlc, writeHlc } from "./meta.ts";
import { fieldValue, MAX_FIELD_VALUE } from "./query-sql.ts";
import {
  beadOfRow,
  clockedBeadOfRow,
  contentValues,
  INSERT_BEAD,
  schedulingValues,
  UPDATE_CONTENT,
  UPDATE_SCHEDULING,
} from "./row.ts";
import { numberOf, textOf } from "./sql.ts";

/** What a file of the branch became. */
export type IndexChange =
  | { readonly kind: "bead"; readonly bead: Bead; readonly oid: string }
  | { readonly kind: "tombstone"; readonly tombstone: Tombstone; readonly oid: string }
  | { readonly kind: "problem"; readonly path: string; readonly reason: string; readonly oid: string }
  | { readonly kind: "gone"; readonly path: string };

/** The space of beads that stay on this machine. */
const LOCAL_SPACE = 1;

/** How to apply. */
export interface ApplyOptions {
  /** 0 for the shared branch, 1 for the local one. */
  readonly space: number;
  /** Epoch milliseconds, against which wrong clocks are held. */
  readonly now: number;
}

/** Applies changes, with labels, edges, metadata and blocked states. */
export function applyChanges(index: BeadIndex, changes: Iterable<IndexChange>, options: ApplyOptions): void {
  const seeds = new Set<string>();
  let seen = readHlc(index.sql);
  for (const change of changes) {
    const latest = latestStamp(clockOf(change), options.now);
    if (compareStamps(latest, seen) > 0) seen = latest;
    for (const seed of applyOne(index, change, options)) seeds.add(seed);
  }
  writeHlc(index.sql, seen);
  for (const [id, blocked] of recomputeBlocked(index, seeds)) {
    index.sql.run("UPDATE bead SET blocked = ? WHERE id = ?", blocked ? 1 : 0, id);
  }
}

/** Computes the blocked state of all beads anew. */
export function blockAll(index: BeadIndex): void {
  const { sql } = index;
  sql.run("UPDATE bead SET blocked = 0 WHERE blocked <> 0");
  sql.run(`UPDATE bead SET blocked = 1 WHERE id IN (
    SELECT e.src FROM edge e JOIN bead t ON t.id = e.dst
    WHERE e.type IN ('blocks', 'conditional-blocks') AND t.satisfied = 0)`);
  const waiting = sql
    .all("SELECT DISTINCT src FROM edge WHERE spawner IS NOT NULL")
    .map(row => textOf(row.src));
  const parents = sql
    .all("SELECT DISTINCT c.id AS id FROM bead c JOIN bead p ON p.id = c.parent WHERE p.blocked = 1")
    .map(row => textOf(row.id));
  for (const [id, blocked] of recomputeBlocked(index, [...waiting, ...parents])) {
    sql.run("UPDATE bead SET blocked = ? WHERE id = ?", blocked ? 1 : 0, id);
  }
}

/** The stamps of what a file became. */
export function clockOf(change: IndexChange): Clock | undefined {
  if (change.kind === "bead") return change.bead._clock;
  return change.kind === "tombstone" ? change.tombstone._clock : undefined;
}

function applyOne(index: BeadIndex, change: IndexChange, options: ApplyOptions): string[] {
  const { sql } = index;
  const path = change.kind === "problem" || change.kind === "gone" ? change.path : undefined;
  if (change.kind === "bead") return putBead(index, change.bead, change.oid, options);
  const id = change.kind === "tombstone" ? change.tombstone.id : beadIdOfPath(path ?? "");
  if (id !== undefined) clearProblem(index, beadPath(id), options);
  if (path !== undefined) clearProblem(index, path, options);
  const seeds = id === undefined ? [] : removeBead(index, id, options);
  if (change.kind === "tombstone") {
    sql.run(
      "INSERT OR REPLACE INTO tombstone(id, space, oid, json) VALUES(?, ?, ?, ?)",
      change.tombstone.id,
      options.space,
      change.oid,
      JSON.stringify(change.tombstone),
    );
  } else if (change.kind === "problem") {
    sql.run(
      "INSERT OR REPLACE INTO problem(path, space, oid, reason) VALUES(?, ?, ?, ?)",
      change.path,
      options.space,
      change.oid,
      change.reason,
    );
  }
  return seeds;
}

function putBead(index: BeadIndex, bead: Bead, oid: string, options: ApplyOptions): string[] {
  const { sql } = index;
  const row = sql.get("SELECT n, space, oid, json, clock FROM bead WHERE id = ?", bead.id);
  const space = row === undefined ? options.space : numberOf(row.space);
  if (row === undefined || space !== options.space) removeTombstone(index, bead.id, options);
  // A bead can be on both branches: on its way between them, or when it was changed elsewhere after it became a wisp here.
  if (space < options.space) {
    hide(index, bead, oid);
    return [];
  }
  if (row !== undefined && space > options.space) hide(index, clockedBeadOfRow(row), textOf(row.oid));
  const old = row === undefined ? undefined : beadOfRow(row);
  const content = contentValues(bead, oid);
  const scheduling = schedulingValues(index.config, bead, options.space);
  let seeds: string[] = [];
  if (row === undefined) {
    clearProblem(index, beadPath(bead.id), options);
    sql.run(INSERT_BEAD, ...content, ...scheduling);
    sql.run("INSERT OR IGNORE INTO text_todo(n) SELECT n FROM bead WHERE id = ?", bead.id);
  } else {
    const n = numberOf(row.n);
    const matters = old === undefined || blockingChanged(index.config, old, bead);
    if (matters) seeds = seedsOf(index, bead.id, [old === undefined ? undefined : parentOf(old)]);
    sql.run(UPDATE_CONTENT, ...content.slice(1), n);
    const before = old === undefined ? undefined : schedulingValues(index.config, old, numberOf(row.space));
    if (!scheduling.every((value, i) => value === before?.[i])) sql.run(UPDATE_SCHEDULING, ...scheduling, n);
    sql.run("INSERT OR IGNORE INTO text_todo(n) VALUES(?)", n);
  }
  putRelations(index, old, bead);
  if (old !== undefined && !blockingChanged(index.config, old, bead)) return [];
  return [...seeds, ...seedsOf(index, bead.id, [parentOf(bead)])];
}

/** True when a change of a bead can block or release it or another one. */
function blockingChanged(config: StoreConfig, before: Bead, after: Bead): boolean {
  return (
    isSatisfying(config, before.status) !== isSatisfying(config, after.status) ||
    isDone(config, before.status) !== isDone(config, after.status) ||
    !sameJson(before.dependencies, after.dependencies)
  );
}

/** Keeps the local bead of an id that the shared branch has, too; the shared one counts. */
function hide(index: BeadIndex, bead: Bead, oid: string): void {
  index.sql.run(
    "INSERT OR REPLACE INTO hidden(id, oid, json) VALUES(?, ?, ?)",
    bead.id,
    oid,
    JSON.stringify(bead),
  );
}

/** A hidden bead comes forth once the shared one is gone. */
function unhide(index: BeadIndex, id: string, options: ApplyOptions): string[] {
  const row = index.sql.get("SELECT oid, json FROM hidden WHERE id = ?", id);
  if (row === undefined) return [];
  index.sql.run("DELETE FROM hidden WHERE id = ?", id);
  return putBead(index, beadOfRow(row), textOf(row.oid), { ...options, space: LOCAL_SPACE });
}

function removeTombstone(index: BeadIndex, id: string, options: ApplyOptions): void {
  index.sql.run("DELETE FROM tombstone WHERE id = ? AND space = ?", id, options.space);
}

function removeBead(index: BeadIndex, id: string, options: ApplyOptions): string[] {
  const { sql } = index;
  removeTombstone(index, id, options);
  if (options.space === LOCAL_SPACE) sql.run("DELETE FROM hidden WHERE id = ?", id);
  const row = sql.get("SELECT n, json FROM bead WHERE id = ? AND space = ?", id, options.space);
  if (row === undefined) return [];
  const seeds = seedsOf(index, id, [parentOf(beadOfRow(row))]);
  sql.run("INSERT OR IGNORE INTO text_todo(n) VALUES(?)", numberOf(row.n));
  for (const table of ["label", "field", "alias"]) sql.run(`DELETE FROM ${table} WHERE id = ?`, id);
  sql.run("DELETE FROM edge WHERE src = ?", id);
  sql.run("DELETE FROM bead WHERE id = ?", id);
  return [...seeds, ...unhide(index, id, options)];
}

function clearProblem(index: BeadIndex, path: string, options: ApplyOptions): void {
  index.sql.run("DELETE FROM problem WHERE path = ? AND space = ?", path, options.space);
}

/** Enters labels, edges, metadata and aliases of a bead, in place of those of its former state. */
export function putRelations(index: BeadIndex, old: Bead | undefined, bead: Bead): void {
  putLabels(index, old, bead);
  putEdges(index, old, bead);
  putFields(index, old, bead);
  putAliases(index, old, bead);
}

function putLabels(index: BeadIndex, old: Bead | undefined, bead: Bead): void {
  if (sameJson(old?.labels, bead.labels)) return;
  if (old?.labels !== undefined) index.sql.run("DELETE FROM label WHERE id = ?", bead.id);
  for (const label of new Set(bead.labels)) {
    index.sql.run("INSERT INTO label(label, id) VALUES(?, ?)", label, bead.id);
  }
}

function putEdges(index: BeadIndex, old: Bead | undefined, bead: Bead): void {
  if (sameJson(old?.dependencies, bead.dependencies)) return;
  if (old?.dependencies !== undefined) index.sql.run("DELETE FROM edge WHERE src = ?", bead.id);
  // One edge per target: a second one, which only a hand can have written, does not count.
  const edges = new Map((bead.dependencies ?? []).map(edge => [edge.depends_on_id, edge]));
  for (const edge of edges.values()) {
    const need = { target: edge.depends_on_id, type: edge.type, metadata: edge.metadata };
    index.sql.run(
      "INSERT INTO edge(src, dst, type, metadata, spawner) VALUES(?, ?, ?, ?, ?)",
      bead.id,
      edge.depends_on_id,
      edge.type,
      edge.metadata ?? null,
      edge.type === "waits-for" ? spawnerOf(need) : null,
    );
  }
}

function putFields(index: BeadIndex, old: Bead | undefined, bead: Bead): void {
  if (sameJson(old?.metadata, bead.metadata)) return;
  if (old?.metadata !== undefined) index.sql.run("DELETE FROM field WHERE id = ?", bead.id);
  for (const [key, value] of Object.entries(bead.metadata ?? {})) {
    const text = fieldValue(value);
    if (text.length > MAX_FIELD_VALUE) continue;
    index.sql.run("INSERT INTO field(key, value, id) VALUES(?, ?, ?)", key, text, bead.id);
  }
}

function putAliases(index: BeadIndex, old: Bead | undefined, bead: Bead): void {
  if (sameJson(old?.aliases, bead.aliases)) return;
  if (old?.aliases !== undefined) index.sql.run("DELETE FROM alias WHERE id = ?", bead.id);
  for (const alias of Array.isArray(bead.aliases) ? bead.aliases : []) {
    if (typeof alias === "string")
      index.sql.run("INSERT OR IGNORE INTO alias(alias, id) VALUES(?, ?)", alias, bead.id);
  }
}
