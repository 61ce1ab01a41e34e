/**
 * Beads as `bd` prints them: fields in the order of the original's struct, empty ones left out,
 * the store's own bookkeeping never shown, unknown fields kept at the end.
 */
import type { Bead, Comment, Dependency } from "../../../store/schema/bead.ts";

/** Field order of an issue in JSON. */
export const ISSUE_FIELDS = [
  "id",
  "title",
  "description",
  "design",
  "acceptance_criteria",
  "notes",
  "spec_id",
  "status",
  "priority",
  "issue_type",
  "assignee",
  "owner",
  "estimated_minutes",
  "created_at",
  "created_by",
  "updated_at",
  "started_at",
  "closed_at",
  "close_reason",
  "closed_by_session",
  "due_at",
  "defer_until",
  "external_ref",
  "source_system",
  "metadata",
  "compaction_level",
  "compacted_at",
  "compacted_at_commit",
  "original_size",
  "labels",
  "dependencies",
  "comments",
  "sender",
  "ephemeral",
  "no_history",
  "wisp_type",
  "pinned",
  "is_template",
  "bonded_from",
  "await_type",
  "await_id",
  "timeout",
  "waiters",
  "source_formula",
  "source_location",
  "mol_type",
  "work_type",
  "event_kind",
  "actor",
  "target",
  "payload",
] as const satisfies readonly (keyof Bead)[];

const KNOWN: ReadonlySet<string> = new Set(ISSUE_FIELDS);

/** Any of the shapes that this file makes. */
export type IssueJson = Record<string, unknown>;

interface IssueOptions {
  /** Raw edges; off by default, since most commands do not print them. */
  readonly dependencies?: boolean;
  readonly comments?: boolean;
  readonly labels?: boolean;
}

/** The bare issue: `update`, `close`, `stale`, and the core of the other shapes. */
export function issueJson(bead: Bead, options: IssueOptions = {}): IssueJson {
  const json: IssueJson = {};
  for (const field of ISSUE_FIELDS) {
    if (field === "dependencies" || field === "comments") continue;
    if (field === "labels" && options.labels === false) continue;
    const value = bead[field];
    if (field === "priority" || !isEmpty(value)) json[field] = value;
    if (field !== "labels") continue;
    if (options.dependencies === true && !isEmpty(bead.dependencies)) {
      json.dependencies = bead.dependencies?.map(edgeJson);
    }
    if (options.comments === true && !isEmpty(bead.comments)) json.comments = bead.comments?.map(commentJson);
  }
  for (const [key, value] of Object.entries(bead)) {
    if (!KNOWN.has(key) && !key.startsWith("_") && !isEmpty(value)) json[key] = value;
  }
  return json;
}

/** Counts beside an issue, by the `blocks` edges only. */
export interface IssueCounts {
  readonly dependency_count: number;
  readonly dependent_count: number;
  readonly comment_count: number;
  readonly parent?: string | undefined;
}

/** One entry of `list`, `ready`, `query`, `children`. */
export function issueWithCounts(
  bead: Bead,
  counts: IssueCounts,
  options: { readonly labels?: boolean } = {},
): IssueJson {
  return { ...issueJson(bead, { dependencies: true, ...options }), ...countsJson(counts) };
}

/** The counts in their order, the parent only when there is one. */
export function countsJson(counts: IssueCounts): IssueJson {
  return {
    dependency_count: counts.dependency_count,
    dependent_count: counts.dependent_count,
    comment_count: counts.comment_count,
    ...(counts.parent === undefined ? {} : { parent: counts.parent }),
  };
}

/** A neighbour in `show` and `dep list`: the issue and the type of the edge that leads to it. */
export function relatedJson(bead: Bead, dependencyType: string): IssueJson {
  return { ...issueJson(bead), dependency_type: dependencyType };
}

/** An edge as it is stored. */
export function edgeJson(edge: Dependency): IssueJson {
  return {
    issue_id: edge.issue_id,
    depends_on_id: edge.depends_on_id,
    type: edge.type,
    created_at: edge.created_at,
    ...(isEmpty(edge.created_by) ? {} : { created_by: edge.created_by }),
    metadata: isEmpty(edge.metadata) ? "{}" : edge.metadata,
    ...(isEmpty(edge.thread_id) ? {} : { thread_id: edge.thread_id }),
    ...unknownMembers(edge, EDGE_FIELDS),
  };
}

/** A comment as `comments` and `show` print it. */
export function commentJson(comment: Comment): IssueJson {
  const { id, issue_id, author, text, created_at } = comment;
  return { id, issue_id, author, text, created_at, ...unknownMembers(comment, COMMENT_FIELDS) };
}

const EDGE_FIELDS = [
  "issue_id",
  "depends_on_id",
  "type",
  "created_at",
  "created_by",
  "metadata",
  "thread_id",
];
const COMMENT_FIELDS = ["id", "issue_id", "author", "text", "created_at"];

/** What other tools and newer versions added. */
function unknownMembers(value: object, known: readonly string[]): IssueJson {
  return Object.fromEntries(
    Object.entries(value).filter(
      ([key, member]) => !known.includes(key) && !key.startsWith("_") && !isEmpty(member),
    ),
  );
}

/** The id that the parent-child edge of a bead points to. */
export function parentOf(bead: Bead): string | undefined {
  return bead.dependencies?.find(edge => edge.type === "parent-child")?.depends_on_id;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}
