/** Beads as rows of the index. */
import type { StoreConfig } from "../model/config.ts";
import { categoryOf, isSatisfying } from "../model/config.ts";
import { parentOf } from "../model/dependency-rules.ts";
import type { Bead } from "../schema/bead.ts";
import { type SqlRow, type SqlValue, textOf } from "./sql.ts";

/** Columns that conditions and orders use. They have indexes, so a row is written in full only when one of them changes. */
const SCHEDULING = `space, status, category, satisfied, priority, type, assignee, parent, created, defer, pinned, ephemeral,
  template`;

/** Adds a row; its values are those of `contentValues` and `schedulingValues`. */
export const INSERT_BEAD = `INSERT INTO bead(id, oid, updated, json, clock, ${SCHEDULING})
  VALUES(?,?,?,?,?, ?,?,?,?,?,?,?,?,?,?,?,?,?)`;

/** As `INSERT_BEAD`, with the row number as the first value. */
export const INSERT_NUMBERED_BEAD = `INSERT INTO bead(n, id, oid, updated, json, clock, ${SCHEDULING})
  VALUES(?, ?,?,?,?,?, ?,?,?,?,?,?,?,?,?,?,?,?,?)`;

/** Changes what no index has, beside the time of the change: values are `contentValues` without the id, then the row number. */
export const UPDATE_CONTENT = "UPDATE bead SET oid = ?, updated = ?, json = ?, clock = ? WHERE n = ?";

/** Changes the other columns: values are `schedulingValues`, then the row number. */
export const UPDATE_SCHEDULING = `UPDATE bead SET (${SCHEDULING}) = (?,?,?,?,?,?,?,?,?,?,?,?,?) WHERE n = ?`;

/** Id, content and time of a bead's row. */
export function contentValues(bead: Bead, oid: string): SqlValue[] {
  const { _clock, ...plain } = bead;
  return [
    bead.id,
    oid,
    Date.parse(bead.updated_at),
    JSON.stringify(plain),
    _clock === undefined ? "" : JSON.stringify(_clock),
  ];
}

/** What conditions and orders look at. */
export function schedulingValues(config: StoreConfig, bead: Bead, space: number): SqlValue[] {
  return [
    space,
    bead.status,
    categoryOf(config, bead.status) ?? "unspecified",
    isSatisfying(config, bead.status) ? 1 : 0,
    bead.priority,
    bead.issue_type,
    bead.assignee ?? null,
    parentOf(bead) ?? null,
    Date.parse(bead.created_at),
    bead.defer_until === undefined ? null : Date.parse(bead.defer_until),
    bead.pinned === true ? 1 : 0,
    bead.ephemeral === true ? 1 : 0,
    bead.is_template === true ? 1 : 0,
  ];
}

/** The bead of a row's column `json`. */
export function beadOfRow(row: SqlRow): Bead {
  // SAFETY: only beads that passed the check of bead files are written into this column.
  return JSON.parse(textOf(row.json)) as Bead;
}

/** The bead of a row with the columns `json` and `clock`. */
export function clockedBeadOfRow(row: SqlRow): Bead {
  const bead = beadOfRow(row);
  const clock = textOf(row.clock);
  if (clock !== "") {
    // SAFETY: as above; the clock was checked with its bead.
    bead._clock = JSON.parse(clock) as NonNullable<Bead["_clock"]>;
  }
  return bead;
}
