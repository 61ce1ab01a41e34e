/**
 * One record of an export as a bead: `issues.jsonl` of every age of `bd`, and `bd export`.
 * What older versions wrote differently is read for what it means; what can not be a bead is refused with its reason.
 */

import type { Bead, Comment, Dependency } from "../schema/bead.ts";
import { sha256 } from "../schema/sha256.ts";

/** What a record turned out to be. */
export type ReadRecord =
  | { readonly kind: "bead"; readonly bead: ImportedBead }
  | { readonly kind: "memory"; readonly key: string; readonly value: string }
  /** A header or an empty line: nothing to take. */
  | { readonly kind: "nothing" }
  | { readonly kind: "refused"; readonly reason: string; readonly id?: string };

/** A bead of a record; the id and the times may be missing. */
export type ImportedBead = {
  [K in keyof Bead as K extends "id" | "created_at" | "updated_at" ? never : K]: Bead[K];
} & {
  id?: string;
  created_at?: string;
  updated_at?: string;
};

/** Longest title in bytes; longer ones are refused rather than cut. */
const MAX_TITLE_BYTES = 500;

/** Keys that an export derives from other data; they are not part of the bead. */
const DERIVED = [
  "_type",
  "dependency_count",
  "dependent_count",
  "comment_count",
  "parent",
  "content_hash",
  "source_repo",
  "id_prefix",
  "is_blocked",
];
const TIMES = [
  "created_at",
  "updated_at",
  "started_at",
  "closed_at",
  "due_at",
  "defer_until",
  "compacted_at",
] as const;
const TEXTS =
  "description design acceptance_criteria notes spec_id assignee owner created_by close_reason closed_by_session external_ref source_system compacted_at_commit sender wisp_type await_type await_id source_formula source_location mol_type work_type event_kind actor target payload".split(
    " ",
  );
const FLAGS = ["ephemeral", "no_history", "pinned", "is_template"];
const TYPE_ALIASES: Readonly<Record<string, string>> = {
  enhancement: "feature",
  feat: "feature",
  adr: "decision",
  dec: "decision",
  mr: "merge-request",
  mol: "molecule",
};

/** Reads one line of JSON. Never throws. */
export function readLine(line: string): ReadRecord {
  if (line.trim() === "") return { kind: "nothing" };
  if (/^(<{7}|={7}|>{7}|\|{7})/.test(line)) return refused("a conflict marker of a merge");
  try {
    return readRecord(JSON.parse(line));
  } catch (error) {
    return refused(`not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Reads one parsed record. Never throws for any JSON value. */
export function readRecord(value: unknown): ReadRecord {
  if (!isObject(value)) return refused("not a JSON object");
  if ("_schema" in value) return { kind: "nothing" };
  const kind = value._type;
  if (kind === "memory") return readMemory(value);
  if (kind !== undefined && kind !== "issue") return refused(`a record of type "${String(kind)}"`);
  const id = typeof value.id === "string" && value.id !== "" ? value.id : undefined;
  const no = (reason: string): ReadRecord => ({
    kind: "refused",
    reason,
    ...(id === undefined ? {} : { id }),
  });
  if (value.status === "tombstone" || present(value.deleted_at)) return no("a deleted issue (tombstone)");
  const title = value.title;
  if (typeof title !== "string" || title.trim() === "") return no("it has no title");
  if (new TextEncoder().encode(title).length > MAX_TITLE_BYTES)
    return no(`its title is longer than ${MAX_TITLE_BYTES} bytes`);
  if (id !== undefined && (/[\s/\\]|\.\.|^[.-]/.test(id) || id.length > 200)) return no(`"${id}" is no id`);
  const priority = value.priority ?? 2;
  if (typeof priority !== "number" || !Number.isInteger(priority) || priority < 0 || priority > 4)
    return no(`its priority is ${JSON.stringify(priority)}, not 0 to 4`);
  const result: Record<string, unknown> = { ...value, title: title.trim(), priority };
  for (const key of DERIVED) delete result[key];
  const type = value.issue_type ?? value.type;
  delete result.type;
  result.issue_type = typeof type === "string" && type !== "" ? (TYPE_ALIASES[type] ?? type) : "task";
  result.status = typeof value.status === "string" && value.status !== "" ? value.status : "open";
  for (const key of TIMES) {
    const time = readTime(value[key]);
    if (time === null) return no(`its ${key} is ${JSON.stringify(value[key])}, no time`);
    assign(result, key, time);
  }
  for (const key of TEXTS) {
    if (value[key] !== undefined && value[key] !== null && typeof value[key] !== "string")
      return no(`its ${key} is no text`);
    assign(result, key, value[key] === null || value[key] === "" ? undefined : value[key]);
  }
  for (const key of FLAGS) assign(result, key, value[key] === true ? true : undefined);
  if (value.wisp === true) result.ephemeral = true;
  delete result.wisp;
  assign(result, "labels", readLabels(value.labels));
  assign(result, "metadata", isObject(value.metadata) ? value.metadata : readMetadata(value.metadata));
  assign(result, "estimated_minutes", natural(value.estimated_minutes));
  const owner = id ?? "";
  const created = typeof result.created_at === "string" ? result.created_at : undefined;
  assign(result, "dependencies", readEdges(value.dependencies, owner, value.parent, created));
  assign(result, "comments", readComments(value.comments, owner, created));
  assign(result, "bonded_from", readBonds(value.bonded_from));
  if (result.status === "closed" && result.closed_at === undefined)
    assign(result, "closed_at", result.updated_at);
  if (result.status !== "closed")
    for (const key of ["closed_at", "close_reason", "closed_by_session"]) delete result[key];
  // SAFETY: every field that a bead constrains was checked or replaced above; all others are free.
  return { kind: "bead", bead: result as unknown as ImportedBead };
}

function readMemory(value: Readonly<Record<string, unknown>>): ReadRecord {
  const { key, value: text } = value;
  if (typeof key !== "string" || key === "" || typeof text !== "string")
    return refused("a memory without key or value");
  return { kind: "memory", key, value: text };
}

/** RFC 3339 in UTC with milliseconds; undefined for absent and for Go's zero time, null for what is no time. */
function readTime(value: unknown): string | undefined | null {
  if (!present(value)) return undefined;
  if (typeof value !== "string") return null;
  if (value.startsWith("0001-01-01")) return undefined;
  // Fractions beyond the millisecond are cut: not every engine reads them.
  const at = Date.parse(value.replace(/(\.\d{3})\d+/, "$1").replace(/^(\d{4}-\d{2}-\d{2}) /, "$1T"));
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

function readLabels(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const labels = value
    .map(label => (isObject(label) ? label.label : label))
    .filter((label): label is string => typeof label === "string" && label !== "");
  return labels.length === 0 ? undefined : [...new Set(labels)].sort();
}

function readMetadata(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== "string" || value.trim() === "") return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return isObject(parsed) && Object.keys(parsed).length > 0 ? parsed : undefined;
  } catch {
    return { imported: value };
  }
}

function readEdges(
  value: unknown,
  id: string,
  parent: unknown,
  created: string | undefined,
): Dependency[] | undefined {
  const edges = new Map<string, Dependency>();
  for (const edge of Array.isArray(value) ? value : []) {
    if (!isObject(edge)) continue;
    const target = edge.depends_on_id ?? edge.depends_on;
    if (typeof target !== "string" || target === "" || target === id) continue;
    const type = typeof edge.type === "string" && edge.type !== "" ? edge.type.slice(0, 50) : "blocks";
    const { depends_on: _alias, ...rest } = edge;
    const metadata = typeof edge.metadata === "string" && edge.metadata !== "{}" ? edge.metadata : undefined;
    edges.set(target, {
      ...dropEmpty(rest),
      issue_id: id,
      depends_on_id: target,
      type,
      created_at: readTime(edge.created_at) ?? created ?? EPOCH,
      ...(typeof edge.created_by === "string" && edge.created_by !== ""
        ? { created_by: edge.created_by }
        : {}),
      ...(metadata === undefined ? {} : { metadata }),
    });
    if (metadata === undefined) delete edges.get(target)?.metadata;
  }
  if (typeof parent === "string" && parent !== "" && parent !== id && !edges.has(parent)) {
    edges.set(parent, {
      issue_id: id,
      depends_on_id: parent,
      type: "parent-child",
      created_at: created ?? EPOCH,
    });
  }
  return edges.size === 0 ? undefined : [...edges.values()];
}

function readComments(value: unknown, id: string, created: string | undefined): Comment[] | undefined {
  const comments = (Array.isArray(value) ? value : []).filter(isObject).flatMap(raw => {
    const text = raw.text ?? raw.body;
    if (typeof text !== "string" || text === "") return [];
    const author = typeof raw.author === "string" ? raw.author : "";
    const at = readTime(raw.created_at) ?? created ?? EPOCH;
    const own = typeof raw.id === "string" && /[^0-9]/.test(raw.id) ? raw.id : undefined;
    return [{ id: own ?? commentId(id, author, at, text), issue_id: id, author, text, created_at: at }];
  });
  const unique = [...new Map(comments.map(comment => [comment.id, comment])).values()];
  return unique.length === 0 ? undefined : unique;
}

function readBonds(value: unknown): Bead["bonded_from"] {
  if (!Array.isArray(value)) return undefined;
  const bonds = value.filter(isObject).flatMap(bond => {
    const source = bond.source_id ?? bond.proto_id;
    const { proto_id: _old, ...rest } = bond;
    return typeof source === "string" ? [{ ...rest, source_id: source }] : [];
  });
  return bonds.length === 0 ? undefined : bonds;
}

/**
 * The id of a comment that had only a number, or none: a UUID of version 8 made of its time and its content,
 * so that the same comment has the same id whoever imports it, and ids sort by time.
 */
export function commentId(bead: string, author: string, at: string, text: string): string {
  const hash = sha256(new TextEncoder().encode([bead, author, at, text].join("\0")));
  const hex = [...hash.subarray(0, 10)].map(byte => byte.toString(16).padStart(2, "0")).join("");
  const time = Math.max(0, Date.parse(at)).toString(16).padStart(12, "0").slice(-12);
  const variant = ((Number.parseInt(hex[3] ?? "0", 16) & 3) | 8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-8${hex.slice(0, 3)}-${variant}${hex.slice(4, 7)}-${hex.slice(8, 20)}`;
}

const EPOCH = "1970-01-01T00:00:00.000Z";

function refused(reason: string): ReadRecord {
  return { kind: "refused", reason };
}

function natural(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function assign(target: Record<string, unknown>, key: string, value: unknown): void {
  if (value === undefined) delete target[key];
  else target[key] = value;
}

function dropEmpty(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).filter(([, v]) => v !== "" && v !== null && v !== undefined),
  );
}

function present(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
