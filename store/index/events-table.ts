/** The events of the commits, as a table. */
import type { BeadEvent } from "../api.ts";
import { type SqlDatabase, textOf } from "./sql.ts";

/** Adds events, oldest first. */
export function addEvents(
  sql: SqlDatabase,
  events: Iterable<{ readonly commit: string; readonly event: BeadEvent }>,
): void {
  for (const { commit, event } of events) {
    sql.run(
      "INSERT INTO event(commit_oid, id, type, actor, at, field, old, new) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
      commit,
      event.id,
      event.type,
      event.actor,
      event.at,
      event.field ?? null,
      event.old === undefined ? null : JSON.stringify(event.old),
      event.new === undefined ? null : JSON.stringify(event.new),
    );
  }
}

/** Newest first. */
export function listEvents(
  sql: SqlDatabase,
  filter: { readonly id?: string; readonly limit?: number },
): BeadEvent[] {
  const where = filter.id === undefined ? "" : "WHERE id = ?";
  const rows = sql.all(
    `SELECT id, type, actor, at, field, old, new FROM event ${where} ORDER BY seq DESC LIMIT ?`,
    ...(filter.id === undefined ? [] : [filter.id]),
    filter.limit ?? -1,
  );
  return rows.map(row => {
    const event = {
      id: textOf(row.id),
      // SAFETY: only events that passed the check of commit messages are written into this table.
      type: textOf(row.type) as BeadEvent["type"],
      actor: textOf(row.actor),
      at: textOf(row.at),
    };
    return {
      ...event,
      ...(row.field === null ? {} : { field: textOf(row.field) }),
      ...(row.old === null ? {} : { old: parse(row.old) }),
      ...(row.new === null ? {} : { new: parse(row.new) }),
    };
  });
}

function parse(value: unknown): unknown {
  return JSON.parse(textOf(value));
}
