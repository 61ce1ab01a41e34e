/** The figures of a store, counted by SQL: no bead is read for them but the closed ones, for the time that they took. */
import type { BeadIndex } from "./bead-index.ts";
import { numberOf, type SqlValue, textOf } from "./sql.ts";

/** Which beads are counted. */
export interface FiguresFilter {
  readonly excludeType: readonly string[];
  readonly assignee?: string | undefined;
}

export interface Figures {
  readonly total: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly pinned: number;
  readonly blocked: number;
  /** Epics that are open although all their children are closed. */
  readonly finishedEpics: number;
  /** Mean hours from creation to closing; 0 when nothing is closed. */
  readonly leadHours: number;
}

/** Counts beads that are neither templates nor ephemeral. */
export function figuresOf(index: BeadIndex, filter: FiguresFilter): Figures {
  const { where, values } = condition(filter);
  const one = (select: string, more = "1"): number =>
    numberOf(
      index.sql.get(`SELECT ${select} AS value FROM bead WHERE ${where} AND ${more}`, ...values)?.value,
    );
  const rows = index.sql.all(
    `SELECT status, count(*) AS total FROM bead WHERE ${where} GROUP BY status`,
    ...values,
  );
  const byStatus = Object.fromEntries(rows.map(row => [textOf(row.status), numberOf(row.total)]));
  return {
    total: Object.values(byStatus).reduce((sum, count) => sum + count, 0),
    byStatus,
    pinned: one("count(*)", "(pinned = 1 OR status = 'pinned')"),
    blocked: one("count(*)", "blocked = 1 AND category <> 'done'"),
    finishedEpics: one(
      "count(*)",
      `type = 'epic' AND status <> 'closed'
       AND EXISTS (SELECT 1 FROM bead c WHERE c.parent = bead.id)
       AND NOT EXISTS (SELECT 1 FROM bead c WHERE c.parent = bead.id AND c.status <> 'closed')`,
    ),
    leadHours: one(`coalesce(avg(${LEAD_HOURS}), 0)`, "status = 'closed'"),
  };
}

const LEAD_HOURS =
  "(julianday(json_extract(json, '$.closed_at')) - julianday(json_extract(json, '$.created_at'))) * 24";

function condition({ excludeType, assignee }: FiguresFilter): {
  readonly where: string;
  readonly values: SqlValue[];
} {
  const marks = excludeType.map(() => "?").join(",");
  const terms = ["template = 0", "ephemeral = 0", ...(marks === "" ? [] : [`type NOT IN (${marks})`])];
  if (assignee === undefined) return { where: terms.join(" AND "), values: [...excludeType] };
  return { where: [...terms, "assignee = ?"].join(" AND "), values: [...excludeType, assignee] };
}
