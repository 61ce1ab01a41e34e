/** Beads as rows of the index. */
import type { StoreConfig } from "../model/config.ts";
import { categoryOf, isSatisfying } from "../model/config.ts";
import { parentOf } from "../model/dependency-rules.ts";
import type { Bead } from "../schema/bead.ts";
import { type SqlRow, type SqlValue, textOf } from "./sql.ts";

/** Statement that stores a row; its values are those of `rowValues`. */
export const UPSERT_BEAD = `INSERT INTO bead(id, space, oid, status, category, satisfied, priority, type, assignee, parent,
  created, updated, defer, pinned, ephemeral, template, json, clock)
  VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
  ON CONFLICT(id) DO UPDATE SET space = excluded.space, oid = excluded.oid, status = excluded.status,
  category = excluded.category, satisfied = excluded.satisfied, priority = excluded.priority, type = excluded.type,
  assignee = excluded.assignee, parent = excluded.parent, created = excluded.created, updated = excluded.updated,
  defer = excluded.defer, pinned = excluded.pinned, ephemeral = excluded.ephemeral, template = excluded.template,
  json = excluded.json, clock = excluded.clock`;

/** Values of a bead's row. */
export function rowValues(config: StoreConfig, bead: Bead, oid: string, space: number): SqlValue[] {
  const { _clock, ...plain } = bead;
  return [
    bead.id,
    space,
    oid,
    bead.status,
    categoryOf(config, bead.status) ?? "unspecified",
    isSatisfying(config, bead.status) ? 1 : 0,
    bead.priority,
    bead.issue_type,
    bead.assignee ?? null,
    parentOf(bead) ?? null,
    Date.parse(bead.created_at),
    Date.parse(bead.updated_at),
    bead.defer_until === undefined ? null : Date.parse(bead.defer_until),
    bead.pinned === true ? 1 : 0,
    bead.ephemeral === true ? 1 : 0,
    bead.is_template === true ? 1 : 0,
    JSON.stringify(plain),
    _clock === undefined ? "" : JSON.stringify(_clock),
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
