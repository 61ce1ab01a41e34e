/** SQL of a filter. */
import type { BeadFilter } from "../api.ts";
import { canonicalJson } from "../branch/canonical-json.ts";
import { HYBRID_AGE_MS, NOT_WORK_TYPES, searchWords } from "../model/filter.ts";
import type { SqlValue } from "./sql.ts";

/** A condition with its values. */
export interface SqlCondition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** Longest metadata value that is found by the table `field`; longer ones are compared in the bead itself. */
export const MAX_FIELD_VALUE = 200;

/** The WHERE of a filter. */
export function filterSql(filter: BeadFilter): SqlCondition {
  const terms: SqlCondition[] = [];
  const add = (sql: string, ...values: SqlValue[]) => terms.push({ sql, values });
  const any = (column: string, values: readonly SqlValue[] | undefined, not = "") => {
    if (values !== undefined) add(`${column} ${not} IN (${values.map(() => "?").join(",")})`, ...values);
  };
  any("id", filter.ids);
  if (filter.prefix !== undefined) add("id >= ? AND id < ?", `${filter.prefix}-`, `${filter.prefix}.`);
  any("status", filter.status);
  any("category", filter.category);
  any("type", filter.type);
  any("type", filter.excludeType, "NOT");
  any("priority", filter.priority);
  if (filter.assignee === null) add("assignee IS NULL");
  else if (filter.assignee !== undefined) add("assignee = ?", filter.assignee);
  for (const label of filter.labels ?? []) add("id IN (SELECT id FROM label WHERE label = ?)", label);
  if (filter.labelsAny !== undefined) {
    const marks = filter.labelsAny.map(() => "?").join(",");
    add(`id IN (SELECT id FROM label WHERE label IN (${marks}))`, ...filter.labelsAny);
  }
  if (filter.excludeLabels !== undefined && filter.excludeLabels.length > 0) {
    const marks = filter.excludeLabels.map(() => "?").join(",");
    add(`id NOT IN (SELECT id FROM label WHERE label IN (${marks}))`, ...filter.excludeLabels);
  }
  if (filter.parent !== undefined) add("parent = ?", filter.parent);
  if (filter.ancestor !== undefined) add(`id IN (${DESCENDANTS})`, filter.ancestor);
  if (filter.ephemeral !== undefined) add("ephemeral = ?", filter.ephemeral ? 1 : 0);
  for (const [key, value] of Object.entries(filter.metadata ?? {})) add(...metadataSql(key, value));
  if (filter.dependsOn !== undefined || filter.edgeType !== undefined) add(...edgeSql(filter));
  const text = filter.text === undefined ? undefined : textQuery(filter.text);
  if (text === "") add("0");
  else if (text !== undefined) add("n IN (SELECT rowid FROM bead_text WHERE bead_text MATCH ?)", text);
  return join(terms);
}

/** What `bd ready` can include that is left out otherwise. */
export interface ReadyOptions {
  /** Also beads that are put off, themselves or by their parent. */
  readonly includeDeferred?: boolean | undefined;
  /** Also wisps. */
  readonly includeEphemeral?: boolean | undefined;
}

/** What makes a bead ready, beside the filter. @param now epoch milliseconds */
export function readySql(filter: BeadFilter, now: number, options: ReadyOptions = {}): SqlCondition {
  const terms: SqlCondition[] = [
    { sql: filter.status === undefined ? "status = 'open' AND blocked = 0" : "blocked = 0", values: [] },
    { sql: "pinned = 0 AND template = 0", values: [] },
  ];
  if (options.includeDeferred !== true) {
    terms.push(
      { sql: "(defer IS NULL OR defer <= ?)", values: [now] },
      {
        sql: "(parent IS NULL OR NOT EXISTS (SELECT 1 FROM bead p WHERE p.id = bead.parent AND p.defer > ?))",
        values: [now],
      },
    );
  }
  if (filter.ephemeral === undefined && options.includeEphemeral !== true) {
    terms.push({ sql: "ephemeral = 0", values: [] });
  }
  if (filter.type === undefined) {
    terms.push({ sql: `type NOT IN (${NOT_WORK_TYPES.map(() => "?").join(",")})`, values: NOT_WORK_TYPES });
  }
  return join([...terms, filterSql(filter)]);
}

/** The ORDER BY of a sort. @param now epoch milliseconds */
export function orderSql(sort: BeadFilter["sort"], now: number): string {
  const old = Math.floor(now) - HYBRID_AGE_MS;
  switch (sort) {
    case "id":
      return "id";
    case "created":
      return "created DESC, id";
    case "updated":
      return "updated DESC, id";
    case "oldest":
      return "created, id";
    case "hybrid":
      return `created < ${old}, CASE WHEN created < ${old} THEN 0 ELSE priority END, created, id`;
    case "priority":
    case undefined:
      return "priority, created DESC, id";
  }
}

/** Full-text query that finds beads with all words of a text, each as the start of a word. */
export function textQuery(text: string): string {
  return searchWords(text)
    .map(word => `"${word}"*`)
    .join(" AND ");
}

/** Text by which a metadata value is compared. */
export function fieldValue(value: unknown): string {
  return canonicalJson(value).trimEnd();
}

const DESCENDANTS =
  "WITH RECURSIVE below(id) AS (SELECT id FROM bead WHERE parent = ? UNION SELECT b.id FROM bead b JOIN below ON b.parent = below.id) SELECT id FROM below";

function metadataSql(key: string, value: unknown): [string, ...SqlValue[]] {
  const text = fieldValue(value);
  if (text.length <= MAX_FIELD_VALUE) {
    return ["id IN (SELECT id FROM field WHERE key = ? AND value = ?)", key, text];
  }
  return ["json_extract(json, ?) = json(?)", `$.metadata.${JSON.stringify(key)}`, JSON.stringify(value)];
}

function edgeSql(filter: BeadFilter): [string, ...SqlValue[]] {
  if (filter.dependsOn === undefined) {
    return ["id IN (SELECT src FROM edge WHERE type = ?)", filter.edgeType ?? ""];
  }
  if (filter.edgeType === undefined) return ["id IN (SELECT src FROM edge WHERE dst = ?)", filter.dependsOn];
  return ["id IN (SELECT src FROM edge WHERE dst = ? AND type = ?)", filter.dependsOn, filter.edgeType];
}

function join(terms: readonly SqlCondition[]): SqlCondition {
  if (terms.length === 0) return { sql: "1", values: [] };
  return {
    sql: terms.map(term => `(${term.sql})`).join(" AND "),
    values: terms.flatMap(term => [...term.values]),
  };
}
