/**
 * Issue queries over the index: the selective conditions become SQL, the rest is decided bead by bead.
 * An order that SQL gives and a query without a rest need to read no more rows than are wanted.
 */
import type { Bead } from "../schema/bead.ts";
import type { BeadIndex } from "./bead-index.ts";
import { type IssueQuery, issueOrder, matchesQuery, type OrderKey, orderKey } from "./issue-query.ts";
import { filterSql, orderSql, readySql } from "./query-sql.ts";
import { beadOfRow } from "./row.ts";
import { numberOf, type SqlValue, textOf } from "./sql.ts";

/** Beads that are read at once where most of them may not match. */
const PAGE_BEADS = 200;
/** Beads between two collections of what reading them left behind. */
const BEADS_PER_TIDY = 8_000;

/** Conditions of `bd ready` beside readiness itself. */
export interface ReadyIssueQuery extends Omit<IssueQuery, "sort" | "reverse"> {
  readonly sort?: "priority" | "hybrid" | "oldest";
  readonly includeDeferred?: boolean;
  readonly includeEphemeral?: boolean;
  /** All descendants of this bead. */
  readonly under?: string;
}

/** The matching beads. @param now epoch milliseconds */
export function queryIssues(index: BeadIndex, query: IssueQuery, now: number): Bead[] {
  const { where, values, whole } = conditionsOf(query);
  const order = query.reverse === true ? undefined : ORDERS[query.sort ?? "priority"];
  if (whole && order !== undefined) {
    return index.sql
      .all(
        `SELECT json FROM bead WHERE ${where} ORDER BY ${order} LIMIT ? OFFSET ?`,
        ...values,
        ...page(query),
      )
      .map(beadOfRow);
  }
  const ids = issueIds(index, query, now);
  const found: Bead[] = [];
  for (let start = 0; start < ids.length; start += PAGE_BEADS)
    found.push(...beadsByIds(index, ids.slice(start, start + PAGE_BEADS)));
  return found;
}

/**
 * Ids of the matching beads, in order, so that many beads can be read in pages and never all at once.
 * @param now epoch milliseconds; @param tidy called now and then, see `BranchPorts`
 */
export function issueIds(index: BeadIndex, query: IssueQuery, now: number, tidy?: () => void): string[] {
  const { where, values, whole } = conditionsOf(query);
  const order = query.reverse === true ? undefined : ORDERS[query.sort ?? "priority"];
  const sql = `SELECT id FROM bead WHERE ${where}`;
  if (whole && order !== undefined) {
    return index.sql
      .all(`${sql} ORDER BY ${order} LIMIT ? OFFSET ?`, ...values, ...page(query))
      .map(row => textOf(row.id));
  }
  const instant = new Date(now).toISOString();
  const matches = (bead: Bead) => whole || matchesQuery(bead, query, instant);
  const [limit, offset] = page(query);
  const end = limit < 0 ? Number.POSITIVE_INFINITY : offset + limit;
  const candidates = index.sql
    .all(order === undefined ? sql : `${sql} ORDER BY ${order}`, ...values)
    .map(row => textOf(row.id));
  // What is kept of each bead is what its place depends on: most of them may not be wanted.
  const wanted = order === undefined ? Number.POSITIVE_INFINITY : end;
  const keys = matching(index, candidates, { matches, wanted, sort: query.sort, tidy });
  if (order === undefined) keys.sort(issueOrder(query.sort, query.reverse));
  return keys.slice(offset, end).map(key => key.id);
}

/** Limit (-1 for none) and offset of a query. */
function page(query: Pick<IssueQuery, "limit" | "offset">): [limit: number, offset: number] {
  const { limit = 0, offset = 0 } = query;
  return [limit === 0 ? -1 : limit, offset];
}

/** The beads among these that match, read page by page, as far as orders look at them. */
function matching(
  index: BeadIndex,
  ids: readonly string[],
  options: {
    readonly matches: (bead: Bead) => boolean;
    readonly wanted: number;
    readonly sort: IssueQuery["sort"];
    readonly tidy: (() => void) | undefined;
  },
): OrderKey[] {
  const found: OrderKey[] = [];
  for (let start = 0; start < ids.length && found.length < options.wanted; start += PAGE_BEADS) {
    const beads = beadsByIds(index, ids.slice(start, start + PAGE_BEADS));
    for (const bead of beads) if (options.matches(bead)) found.push(orderKey(bead, options.sort));
    if (start % BEADS_PER_TIDY === 0 && start > 0) options.tidy?.();
  }
  return found;
}

/** The beads with these ids, in this order; unknown ones are left out. At most a few hundred at a time. */
export function beadsByIds(index: BeadIndex, ids: readonly string[]): Bead[] {
  const rows = index.sql.all(`SELECT json FROM bead WHERE id IN (${ids.map(() => "?").join(",")})`, ...ids);
  const found = new Map(rows.map(beadOfRow).map(bead => [bead.id, bead]));
  return ids.flatMap(id => found.get(id) ?? []);
}

/** Number of the matching beads. @param now epoch milliseconds */
export function countIssues(index: BeadIndex, query: IssueQuery, now: number): number {
  const { where, values, whole } = conditionsOf(query);
  if (whole)
    return numberOf(index.sql.get(`SELECT count(*) AS total FROM bead WHERE ${where}`, ...values)?.total);
  return queryIssues(index, { ...query, limit: 0, offset: 0 }, now).length;
}

/** The matching beads that can be worked on now. @param now epoch milliseconds */
export function readyIssues(index: BeadIndex, query: ReadyIssueQuery, now: number): Bead[] {
  const { where, values, whole, rest } = readyConditions(query, now);
  const offset = query.offset ?? 0;
  const limit = query.limit === undefined || query.limit === 0 ? undefined : query.limit;
  const rows = index.sql.all(
    `SELECT json FROM bead WHERE ${where} ORDER BY ${orderSql(query.sort, now)} LIMIT ? OFFSET ?`,
    ...values,
    whole ? (limit ?? -1) : -1,
    whole ? offset : 0,
  );
  const beads = rows.map(beadOfRow);
  if (whole) return beads;
  const instant = new Date(now).toISOString();
  const found = beads.filter(bead => matchesQuery(bead, rest, instant));
  return found.slice(offset, limit === undefined ? undefined : offset + limit);
}

/** Ids of the matching beads that can be worked on now, in order. @param now epoch milliseconds */
export function readyIds(index: BeadIndex, query: ReadyIssueQuery, now: number): string[] {
  const { where, values, whole } = readyConditions(query, now);
  if (!whole) return readyIssues(index, query, now).map(bead => bead.id);
  const limit = query.limit === undefined || query.limit === 0 ? -1 : query.limit;
  return index.sql
    .all(
      `SELECT id FROM bead WHERE ${where} ORDER BY ${orderSql(query.sort, now)} LIMIT ? OFFSET ?`,
      ...values,
      limit,
      query.offset ?? 0,
    )
    .map(row => textOf(row.id));
}

/** Number of the matching beads that can be worked on now. @param now epoch milliseconds */
export function countReady(index: BeadIndex, query: ReadyIssueQuery, now: number): number {
  const { where, values, whole } = readyConditions(query, now);
  if (!whole) return readyIssues(index, { ...query, limit: 0, offset: 0 }, now).length;
  return numberOf(index.sql.get(`SELECT count(*) AS total FROM bead WHERE ${where}`, ...values)?.total);
}

function readyConditions(query: ReadyIssueQuery, now: number) {
  const { sort: _sort, under, includeDeferred, includeEphemeral, ...rest } = query;
  const { where, values, whole } = conditionsOf(rest);
  const filter = {
    ...(query.type === undefined ? {} : { type: query.type }),
    ...(under === undefined ? {} : { ancestor: under }),
  };
  const ready = readySql(filter, now, { includeDeferred, includeEphemeral });
  return { where: `${ready.sql} AND ${where}`, values: [...ready.values, ...values], whole, rest };
}

/** How many beads have a `blocks` edge to each of these; beads without any are not in the map. */
export function dependentCounts(index: BeadIndex, ids: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  if (ids.length === 0) return counts;
  const few = ids.length <= 200;
  const rows = few
    ? index.sql.all(
        `SELECT dst, count(*) AS total FROM edge WHERE type = 'blocks' AND dst IN (${ids.map(() => "?").join(",")}) GROUP BY dst`,
        ...ids,
      )
    : index.sql.all("SELECT dst, count(*) AS total FROM edge WHERE type = 'blocks' GROUP BY dst");
  for (const row of rows) counts.set(textOf(row.dst), numberOf(row.total));
  return counts;
}

const ORDERS: Readonly<Record<string, string | undefined>> = {
  priority: "priority, created DESC, id",
  created: "created DESC, id",
  id: "id",
};

/** The SQL of the selective conditions. `whole`: they are all that the query says. */
function conditionsOf(query: IssueQuery): {
  readonly where: string;
  readonly values: SqlValue[];
  readonly whole: boolean;
} {
  const terms: string[] = [];
  const values: SqlValue[] = [];
  const add = (term: string, ...given: SqlValue[]) => {
    terms.push(term);
    values.push(...given);
  };
  const notIn = (column: string, list: readonly string[] | undefined) => {
    if (list !== undefined && list.length > 0)
      add(`${column} NOT IN (${list.map(() => "?").join(",")})`, ...list);
  };
  const own = filterSql({
    ...(query.ids === undefined ? {} : { ids: query.ids }),
    ...(query.status === undefined ? {} : { status: query.status }),
    ...(query.type === undefined ? {} : { type: query.type }),
    ...(query.assignee === undefined ? {} : { assignee: query.assignee }),
    ...(query.labels === undefined ? {} : { labels: query.labels }),
    ...(query.labelsAny === undefined ? {} : { labelsAny: query.labelsAny }),
    ...(query.priority === undefined ? {} : { priority: query.priority }),
    ...(query.parent === undefined ? {} : { parent: query.parent }),
    ...(query.ephemeral === undefined ? {} : { ephemeral: query.ephemeral }),
  });
  add(own.sql, ...own.values);
  notIn("status", query.excludeStatus);
  notIn("type", query.excludeType);
  if (query.template !== undefined) add("template = ?", query.template ? 1 : 0);
  if (query.pinned === true) add("(pinned = 1 OR status = 'pinned')");
  if (query.pinned === false) add("pinned = 0 AND status <> 'pinned'");
  if (query.noParent === true) add("parent IS NULL");
  if (query.priorityMin !== undefined) add("priority >= ?", query.priorityMin);
  if (query.priorityMax !== undefined) add("priority <= ?", query.priorityMax);
  for (const [column, range] of [
    ["created", query.created],
    ["updated", query.updated],
  ] as const) {
    if (range?.after !== undefined) add(`${column} > ?`, Date.parse(range.after));
    if (range?.before !== undefined) add(`${column} < ?`, Date.parse(range.before));
  }
  for (const text of [
    query.text,
    query.descriptionContains,
    query.notesContains,
    ...(query.titleContains ?? []),
  ]) {
    // Only narrows down: LIKE knows the cases of ASCII only, and the column holds JSON with its escapes.
    if (text !== undefined && /^[\w .:/-]+$/.test(text))
      add("json LIKE ? ESCAPE '\\'", `%${text.replace(/_/g, "\\_")}%`);
  }
  const whole = LEFT_OVER.every(member => {
    const value = query[member];
    return value === undefined || value === false;
  });
  return { where: terms.map(term => `(${term})`).join(" AND "), values, whole };
}

/** Members that the SQL does not answer in full. */
const LEFT_OVER = [
  "excludeLabels",
  "labelPattern",
  "labelRegex",
  "noLabels",
  "titleContains",
  "descriptionContains",
  "notesContains",
  "emptyDescription",
  "text",
  "externalRef",
  "externalContains",
  "closed",
  "due",
  "defer",
  "started",
  "overdue",
  "deferred",
  "metadata",
  "hasMetadataKey",
  "molType",
  "wispType",
  "spec",
] as const satisfies readonly (keyof IssueQuery)[];
