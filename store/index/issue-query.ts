/**
 * What `bd list`, `search`, `count` and `query` can ask: conditions joined by AND, absent means any.
 * This file says what each condition means, over one bead; an index may answer the selective ones first.
 */
import type { Bead } from "../schema/bead.ts";

/** A closed interval is not offered by the command line: `after` and `before` are both exclusive. */
export interface TimeRange {
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

export type IssueSort =
  | "priority"
  | "created"
  | "updated"
  | "closed"
  | "status"
  | "id"
  | "title"
  | "type"
  | "assignee";

export interface IssueQuery {
  readonly ids?: readonly string[] | undefined;
  readonly status?: readonly string[] | undefined;
  readonly excludeStatus?: readonly string[] | undefined;
  readonly type?: readonly string[] | undefined;
  readonly excludeType?: readonly string[] | undefined;
  /** `null` for unassigned. */
  readonly assignee?: string | null | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly labelsAny?: readonly string[] | undefined;
  readonly excludeLabels?: readonly string[] | undefined;
  /** Glob with `*` and `?` that one label must match. */
  readonly labelPattern?: string | undefined;
  readonly labelRegex?: string | undefined;
  readonly noLabels?: boolean | undefined;
  readonly priority?: readonly number[] | undefined;
  readonly priorityMin?: number | undefined;
  readonly priorityMax?: number | undefined;
  readonly titleContains?: readonly string[] | undefined;
  readonly descriptionContains?: string | undefined;
  readonly notesContains?: string | undefined;
  readonly emptyDescription?: boolean | undefined;
  /** Part of the title, the id or the external reference, in any case. */
  readonly text?: string | undefined;
  readonly externalRef?: string | undefined;
  readonly externalContains?: string | undefined;
  readonly created?: TimeRange | undefined;
  readonly updated?: TimeRange | undefined;
  readonly closed?: TimeRange | undefined;
  readonly due?: TimeRange | undefined;
  readonly defer?: TimeRange | undefined;
  readonly started?: TimeRange | undefined;
  readonly overdue?: boolean | undefined;
  readonly deferred?: boolean | undefined;
  readonly pinned?: boolean | undefined;
  readonly template?: boolean | undefined;
  readonly ephemeral?: boolean | undefined;
  /** Direct children of this bead. */
  readonly parent?: string | undefined;
  readonly noParent?: boolean | undefined;
  /** Top-level keys of the metadata with their value as text. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly hasMetadataKey?: string | undefined;
  readonly molType?: string | undefined;
  readonly wispType?: string | undefined;
  /** How the spec id begins. */
  readonly spec?: string | undefined;
  readonly sort?: IssueSort | undefined;
  readonly reverse?: boolean | undefined;
  /** 0 or absent: no limit. */
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

/** True when the bead fulfils every condition. `now` is RFC 3339. */
export function matchesQuery(bead: Bead, query: IssueQuery, now: string): boolean {
  return CONDITIONS.every(condition => condition(bead, query, now));
}

/** The matching beads in order, cut to offset and limit. */
export function selectIssues(beads: Iterable<Bead>, query: IssueQuery, now: string): Bead[] {
  const matching: Bead[] = [];
  for (const bead of beads) if (matchesQuery(bead, query, now)) matching.push(bead);
  matching.sort(issueOrder(query.sort, query.reverse));
  const start = query.offset ?? 0;
  const end = query.limit === undefined || query.limit === 0 ? undefined : start + query.limit;
  return start === 0 && end === undefined ? matching : matching.slice(start, end);
}

/** What an order looks at: the member that it sorts by, and those that decide where it is the same. */
export type OrderKey = Pick<Bead, "id" | "created_at"> &
  Partial<
    Pick<Bead, "title" | "status" | "priority" | "issue_type" | "assignee" | "updated_at" | "closed_at">
  >;

/** A bead as far as an order looks at it. */
export function orderKey(bead: Bead, sort: IssueSort = "priority"): OrderKey {
  const { id, created_at } = bead;
  return { id, created_at, ...MEMBERS[sort](bead) };
}

const MEMBERS: Readonly<Record<IssueSort, (bead: Bead) => Partial<OrderKey>>> = {
  priority: ({ priority }) => ({ priority }),
  created: () => ({}),
  updated: ({ updated_at }) => ({ updated_at }),
  closed: ({ closed_at }) => (closed_at === undefined ? {} : { closed_at }),
  status: ({ status }) => ({ status }),
  id: () => ({}),
  // In lower case already, since a comparison makes it so each time.
  title: ({ title }) => ({ title: title.toLowerCase() }),
  type: ({ issue_type }) => ({ issue_type }),
  assignee: ({ assignee }) => (assignee === undefined ? {} : { assignee }),
};

/** Default order: priority, newest first, id. Times sort newest first, words from a to z. */
export function issueOrder(sort: IssueSort | undefined, reverse = false): Order {
  const first = ORDERS[sort ?? "priority"];
  const sign = reverse ? -1 : 1;
  return (a, b) =>
    sign * (first(a, b) || text(b.created_at, a.created_at)) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** A glob with `*` and `?` as an anchored expression. */
export function globToRegExp(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`);
}

type Order = (a: OrderKey, b: OrderKey) => number;
const text = (a: string | undefined, b: string | undefined): number => {
  const [left, right] = [a ?? "", b ?? ""];
  return left < right ? -1 : left > right ? 1 : 0;
};
const ORDERS: Readonly<Record<IssueSort, Order>> = {
  priority: (a, b) => (a.priority ?? 0) - (b.priority ?? 0),
  created: (a, b) => text(b.created_at, a.created_at),
  updated: (a, b) => text(b.updated_at, a.updated_at),
  closed: (a, b) => text(b.closed_at, a.closed_at),
  status: (a, b) => text(a.status, b.status),
  id: (a, b) => text(a.id, b.id),
  title: (a, b) => text(a.title?.toLowerCase(), b.title?.toLowerCase()),
  type: (a, b) => text(a.issue_type, b.issue_type),
  assignee: (a, b) => text(a.assignee, b.assignee),
};

type Condition = (bead: Bead, query: IssueQuery, now: string) => boolean;
const oneOf = <T>(list: readonly T[] | undefined, value: T): boolean =>
  list === undefined || list.includes(value);
const contains = (part: string | undefined, value: string | undefined): boolean =>
  part === undefined || (value ?? "").toLowerCase().includes(part.toLowerCase());
const flag = (wanted: boolean | undefined, value: boolean | undefined): boolean =>
  wanted === undefined || wanted === (value ?? false);
const within = (range: TimeRange | undefined, value: string | undefined): boolean => {
  if (range?.after === undefined && range?.before === undefined) return true;
  if (value === undefined) return false;
  const at = Date.parse(value);
  if (range.after !== undefined && at <= Date.parse(range.after)) return false;
  return range.before === undefined || at < Date.parse(range.before);
};
const parentId = (bead: Bead): string | undefined =>
  bead.dependencies?.find(edge => edge.type === "parent-child")?.depends_on_id;

const CONDITIONS: readonly Condition[] = [
  (bead, q) => oneOf(q.ids, bead.id) && oneOf(q.status, bead.status) && oneOf(q.type, bead.issue_type),
  (bead, q) => !(q.excludeStatus?.includes(bead.status) ?? false),
  (bead, q) => !(q.excludeType?.includes(bead.issue_type) ?? false),
  (bead, q) => oneOf(q.priority, bead.priority),
  (bead, q) => bead.priority >= (q.priorityMin ?? 0) && bead.priority <= (q.priorityMax ?? 4),
  (bead, q) => q.assignee === undefined || (q.assignee ?? "") === (bead.assignee ?? ""),
  labelConditions,
  (bead, q) => q.titleContains?.every(part => contains(part, bead.title)) ?? true,
  (bead, q) => contains(q.descriptionContains, bead.description) && contains(q.notesContains, bead.notes),
  (bead, q) => q.emptyDescription !== true || (bead.description ?? "").trim() === "",
  (bead, q) =>
    q.text === undefined ||
    contains(q.text, bead.title) ||
    contains(q.text, bead.id) ||
    contains(q.text, bead.external_ref ?? ""),
  (bead, q) => q.externalRef === undefined || bead.external_ref === q.externalRef,
  (bead, q) => contains(q.externalContains, bead.external_ref),
  (bead, q) => within(q.created, bead.created_at) && within(q.updated, bead.updated_at),
  (bead, q) => within(q.closed, bead.closed_at) && within(q.due, bead.due_at),
  (bead, q) => within(q.defer, bead.defer_until) && within(q.started, bead.started_at),
  (bead, q, now) =>
    q.overdue !== true || (bead.due_at !== undefined && bead.due_at < now && bead.closed_at === undefined),
  (bead, q) => q.deferred !== true || bead.defer_until !== undefined || bead.status === "deferred",
  (bead, q) => q.pinned === undefined || q.pinned === (bead.pinned === true || bead.status === "pinned"),
  (bead, q) => flag(q.template, bead.is_template) && flag(q.ephemeral, bead.ephemeral),
  (bead, q) => q.parent === undefined || parentId(bead) === q.parent,
  (bead, q) => q.noParent !== true || parentId(bead) === undefined,
  (bead, q) =>
    Object.entries(q.metadata ?? {}).every(([key, value]) => metadataText(bead.metadata?.[key]) === value),
  (bead, q) => q.hasMetadataKey === undefined || bead.metadata?.[q.hasMetadataKey] !== undefined,
  (bead, q) => q.molType === undefined || bead.mol_type === q.molType,
  (bead, q) => q.wispType === undefined || bead.wisp_type === q.wispType,
  (bead, q) => q.spec === undefined || (bead.spec_id ?? "").startsWith(q.spec),
];

function labelConditions(bead: Bead, q: IssueQuery): boolean {
  const labels = bead.labels ?? [];
  if (q.noLabels === true && labels.length > 0) return false;
  if (q.labels?.some(label => !labels.includes(label))) return false;
  if (q.labelsAny !== undefined && q.labelsAny.length > 0 && !q.labelsAny.some(l => labels.includes(l)))
    return false;
  if (q.excludeLabels?.some(label => labels.includes(label))) return false;
  if (q.labelPattern !== undefined) {
    const pattern = globToRegExp(q.labelPattern);
    if (!labels.some(label => pattern.test(label))) return false;
  }
  if (q.labelRegex === undefined) return true;
  const regex = new RegExp(q.labelRegex);
  return labels.some(label => regex.test(label));
}

/** A metadata value as it is compared: words as they are, everything else as JSON. */
function metadataText(value: unknown): string | undefined {
  return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}
