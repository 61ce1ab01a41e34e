/** The index as a source of beads: lookups, queries and the graph of edges, straight from the tables. */
import type { BeadFilter } from "../api.ts";
import { beadPath } from "../branch/layout.ts";
import type { BlockNode, Need } from "../model/blocked.ts";
import type { StoreConfig } from "../model/config.ts";
import type { Bead } from "../schema/bead.ts";
import { childNumber } from "../schema/ids.ts";
import type { BeadSource, StoredBead } from "./bead-source.ts";
import { filterSql, orderSql, readySql, type SqlCondition } from "./query-sql.ts";
import { beadOfRow, clockedBeadOfRow } from "./row.ts";
import { numberOf, type SqlDatabase, textOf } from "./sql.ts";
import { updateText } from "./text-search.ts";

/** See the file comment. Reads what the tables hold at the moment of the call. */
export class BeadIndex implements BeadSource {
  readonly sql: SqlDatabase;
  /** Settings of the store, as of the commit that the index reflects. */
  config: StoreConfig;

  constructor(sql: SqlDatabase, config: StoreConfig) {
    this.sql = sql;
    this.config = config;
  }

  stored(id: string): StoredBead | undefined {
    const row = this.sql.get("SELECT json, clock, oid FROM bead WHERE id = ?", id);
    return row === undefined ? undefined : { bead: clockedBeadOfRow(row), version: textOf(row.oid) };
  }

  bead(id: string): Bead | undefined {
    const row = this.sql.get("SELECT json FROM bead WHERE id = ?", id);
    return row === undefined ? undefined : beadOfRow(row);
  }

  version(id: string): string | undefined {
    const row =
      this.sql.get("SELECT oid FROM bead WHERE id = ?", id) ??
      this.sql.get("SELECT oid FROM tombstone WHERE id = ? ORDER BY space", id) ??
      this.sql.get("SELECT oid FROM problem WHERE path = ?", beadPath(id));
    return row === undefined ? undefined : textOf(row.oid);
  }

  /** Those of the ids that it has no row of: no bead, hidden or not, no tombstone, no alias, no file that is no bead. */
  unknown(ids: readonly string[]): ReadonlySet<string> {
    const rows = this.sql.all(
      `WITH asked AS (
         SELECT key, json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS path FROM json_each(?))
       SELECT key FROM asked
       WHERE NOT EXISTS (SELECT 1 FROM bead WHERE bead.id = asked.id)
         AND NOT EXISTS (SELECT 1 FROM tombstone WHERE tombstone.id = asked.id)
         AND NOT EXISTS (SELECT 1 FROM hidden WHERE hidden.id = asked.id)
         AND NOT EXISTS (SELECT 1 FROM alias WHERE alias.alias = asked.id)
         AND NOT EXISTS (SELECT 1 FROM problem WHERE problem.path = asked.path)`,
      JSON.stringify(ids.map(id => [id, beadPath(id)])),
    );
    return new Set(rows.map(row => ids[numberOf(row.key)] ?? ""));
  }

  isTombstone(id: string): boolean {
    return (
      this.sql.get(
        "SELECT id FROM tombstone WHERE id = ? AND id NOT IN (SELECT id FROM bead WHERE id = ?)",
        id,
        id,
      ) !== undefined
    );
  }

  /** True for a bead that lies on the local branch as well, where it does not count. */
  isHidden(id: string): boolean {
    return this.sql.get("SELECT id FROM hidden WHERE id = ?", id) !== undefined;
  }

  /** True when the shared branch has a tombstone for this id. */
  isBuried(id: string): boolean {
    return this.sql.get("SELECT id FROM tombstone WHERE id = ? AND space = 0", id) !== undefined;
  }

  /** Space in which the id lies; undefined when there is no such bead. */
  spaceOf(id: string): number | undefined {
    const row =
      this.sql.get("SELECT space FROM bead WHERE id = ?", id) ??
      this.sql.get("SELECT space FROM tombstone WHERE id = ? ORDER BY space", id);
    return row === undefined ? undefined : numberOf(row.space);
  }

  query(filter: BeadFilter, now: number, skip?: ReadonlySet<string>): Bead[] {
    return this.#select(filterSql(filter), filter, now, skip);
  }

  ready(filter: BeadFilter, now: number, skip?: ReadonlySet<string>): Bead[] {
    return this.#select(readySql(filter, now), filter, now, skip);
  }

  /** Number of beads by status. */
  counts(filter: BeadFilter): Record<string, number> {
    this.#prepareText(filter);
    const { sql, values } = filterSql(filter);
    const rows = this.sql.all(
      `SELECT status, count(*) AS total FROM bead WHERE ${sql} GROUP BY status`,
      ...values,
    );
    return Object.fromEntries(rows.map(row => [textOf(row.status), numberOf(row.total)]));
  }

  /** Blocked beads whose work has not ended, in the usual order. */
  blocked(filter: BeadFilter, now: number): Bead[] {
    const own = filterSql(filter);
    const condition = { ...own, sql: `blocked = 1 AND category <> 'done' AND ${own.sql}` };
    return this.#select(condition, filter, now);
  }

  /** Beads with an edge to this one. */
  dependents(id: string): { bead: Bead; type: string }[] {
    return this.sql
      .all(
        "SELECT b.json AS json, e.type AS type FROM edge e JOIN bead b ON b.id = e.src WHERE e.dst = ? ORDER BY b.priority, b.created DESC, b.id",
        id,
      )
      .map(row => ({ bead: beadOfRow(row), type: textOf(row.type) }));
  }

  roughCount(): number {
    return numberOf(this.sql.get("SELECT max(n) AS total FROM bead")?.total);
  }

  highestChild(parent: string): number {
    let highest = 0;
    for (const table of ["bead", "tombstone"]) {
      const rows = this.sql.all(
        `SELECT id FROM ${table} WHERE id >= ? AND id < ?`,
        `${parent}.`,
        `${parent}/`,
      );
      for (const row of rows) {
        const rest = textOf(row.id).slice(parent.length);
        if (rest.lastIndexOf(".") === 0) highest = Math.max(highest, childNumber(textOf(row.id)) ?? 0);
      }
    }
    return highest;
  }

  aliasTarget(id: string): string | undefined {
    const row = this.sql.get("SELECT id FROM alias WHERE alias = ? ORDER BY id LIMIT 1", id);
    return row === undefined ? undefined : textOf(row.id);
  }

  idsContaining(part: string): string[] {
    return this.sql
      .all("SELECT id FROM bead WHERE instr(id, ?) > 0 ORDER BY id LIMIT 1000", part)
      .map(row => textOf(row.id))
      .filter(id => id.slice(id.indexOf("-") + 1).includes(part));
  }

  node(id: string): BlockNode | undefined {
    const row = this.sql.get("SELECT satisfied, category, parent FROM bead WHERE id = ?", id);
    if (row === undefined) return undefined;
    return {
      satisfied: row.satisfied === 1,
      done: row.category === "done",
      parent: row.parent === null ? undefined : textOf(row.parent),
    };
  }

  needs(id: string): Need[] {
    return this.sql
      .all(
        "SELECT dst, type, metadata FROM edge WHERE src = ? AND type IN ('blocks', 'conditional-blocks', 'waits-for')",
        id,
      )
      .map(row => ({
        target: textOf(row.dst),
        type: textOf(row.type),
        metadata: row.metadata === null ? undefined : textOf(row.metadata),
      }));
  }

  neededBy(id: string): string[] {
    const sql = "SELECT src FROM edge WHERE dst = ? AND type IN ('blocks', 'conditional-blocks')";
    return this.sql.all(sql, id).map(row => textOf(row.src));
  }

  waitersFor(spawner: string): string[] {
    return this.sql.all("SELECT src FROM edge WHERE spawner = ?", spawner).map(row => textOf(row.src));
  }

  children(id: string): string[] {
    return this.sql.all("SELECT id FROM bead WHERE parent = ?", id).map(row => textOf(row.id));
  }

  isBlocked(id: string): boolean {
    return this.sql.get("SELECT blocked FROM bead WHERE id = ?", id)?.blocked === 1;
  }

  #select(condition: SqlCondition, filter: BeadFilter, now: number, skip?: ReadonlySet<string>): Bead[] {
    this.#prepareText(filter);
    const extra = skip?.size ?? 0;
    const offset = filter.offset ?? 0;
    const limit = filter.limit === undefined ? -1 : offset + filter.limit + extra;
    // Of all beads of a type there are mostly few: they are found by it and sorted. The + keeps an index that has the right
    // order, and every open bead of the store in it, from being walked through instead.
    const sorted = filter.type !== undefined && filter.limit === undefined ? "+" : "";
    const rows = this.sql.all(
      `SELECT id, json FROM bead WHERE ${condition.sql} ORDER BY ${sorted}${orderSql(filter.sort, now)} LIMIT ?`,
      ...condition.values,
      limit,
    );
    const wanted = skip === undefined || extra === 0 ? rows : rows.filter(row => !skip.has(textOf(row.id)));
    const end = filter.limit === undefined ? undefined : offset + filter.limit;
    return wanted.slice(offset, end).map(beadOfRow);
  }

  #prepareText(filter: BeadFilter): void {
    if (filter.text !== undefined) updateText(this.sql);
  }
}
