/** The parts of a record that are lists or maps: labels, edges, comments, bonds, metadata; and times. */
import type { Bead, Comment, Dependency } from "../schema/bead.ts";
import { sha256 } from "../schema/sha256.ts";

/** Says that a part of a record was not taken, and why. */
export type Lose = (reason: string) => void;

const EPOCH = "1970-01-01T00:00:00.000Z";
/** Edges that decide what is ready: of two to the same bead, one of these is kept. */
const AFFECTING: readonly string[] = ["blocks", "parent-child", "conditional-blocks", "waits-for"];
const MAX_EDGE_TYPE = 50;

/** RFC 3339 in UTC with milliseconds; undefined for absent and for Go's zero time, null for what is no time. */
export function readTime(value: unknown): string | undefined | null {
  if (!present(value)) return undefined;
  if (typeof value !== "string") return null;
  if (value.startsWith("0001-01-01")) return undefined;
  // Fractions beyond the millisecond are cut: not every engine reads them.
  const at = Date.parse(value.replace(/(\.\d{3})\d+/, "$1").replace(/^(\d{4}-\d{2}-\d{2}) /, "$1T"));
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

/** Labels as texts or as rows; sorted, each once. */
export function readLabels(value: unknown, lose: Lose): string[] | undefined {
  const labels = listOf("labels", value, lose).flatMap(raw => {
    const label = isObject(raw) ? (raw.label ?? raw.name) : raw;
    if (typeof label === "string" && label !== "") return [label];
    if (label !== "") lose("a label that is no text");
    return [];
  });
  return labels.length === 0 ? undefined : [...new Set(labels)].sort();
}

/** An object, or one as text; anything else is kept under the key `imported`. */
export function readMetadata(value: unknown): Record<string, unknown> | undefined {
  if (!present(value)) return undefined;
  if (isObject(value)) return value;
  if (typeof value !== "string") return { imported: value };
  if (value.trim() === "") return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    if (isObject(parsed)) return Object.keys(parsed).length > 0 ? parsed : undefined;
    return { imported: parsed };
  } catch {
    return { imported: value };
  }
}

/** Edges of a bead, one for each target; `parent` is the one that newer exports derive. */
export function readEdges(
  value: unknown,
  bead: { readonly id: string; readonly parent: unknown; readonly created: string | undefined },
  lose: Lose,
): Dependency[] | undefined {
  const { id, parent, created } = bead;
  const edges = new Map<string, Dependency>();
  for (const raw of listOf("dependencies", value, lose)) {
    const edge = readEdge(raw, id, created, lose);
    if (edge === undefined) continue;
    const other = edges.get(edge.depends_on_id);
    if (other === undefined || other.type === edge.type) {
      edges.set(edge.depends_on_id, edge);
      continue;
    }
    const keep = AFFECTING.includes(edge.type) && !AFFECTING.includes(other.type) ? edge : other;
    const left = keep === edge ? other : edge;
    lose(`its ${left.type} edge to ${left.depends_on_id}, which has a ${keep.type} edge (one for each bead)`);
    edges.set(keep.depends_on_id, keep);
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

function readEdge(raw: unknown, id: string, created: string | undefined, lose: Lose): Dependency | undefined {
  if (!isObject(raw)) return nothing(lose, "an edge that is no object");
  const target = raw.depends_on_id ?? raw.depends_on;
  if (typeof target !== "string" || target === "")
    return nothing(lose, "an edge without the bead it leads to");
  if (target === id) return nothing(lose, "an edge to itself");
  const type = typeof raw.type === "string" && raw.type !== "" ? raw.type : "blocks";
  if (type.length > MAX_EDGE_TYPE)
    return nothing(lose, `an edge to ${target} whose type is longer than ${MAX_EDGE_TYPE} characters`);
  const { depends_on: _alias, metadata, created_by, ...rest } = raw;
  return {
    ...dropEmpty(rest),
    issue_id: id,
    depends_on_id: target,
    type,
    created_at: readTime(raw.created_at) ?? created ?? EPOCH,
    ...(typeof created_by === "string" && created_by !== "" ? { created_by } : {}),
    ...edgeMetadata(metadata),
  };
}

/** A JSON document as text; an object is written as one, an empty one is none. */
function edgeMetadata(value: unknown): { metadata?: string } {
  const text = typeof value === "string" ? value : isObject(value) ? JSON.stringify(value) : "";
  return text === "" || text === "{}" ? {} : { metadata: text };
}

/** Comments; those with a number as id, or without, get the id that is made of their content. */
export function readComments(
  value: unknown,
  id: string,
  created: string | undefined,
  lose: Lose,
): Comment[] | undefined {
  const comments = listOf("comments", value, lose).flatMap(raw => {
    const text = isObject(raw) ? (raw.text ?? raw.body) : undefined;
    if (!isObject(raw) || typeof text !== "string" || text === "") {
      lose("a comment without text");
      return [];
    }
    const { body: _alias, ...rest } = raw;
    const author = typeof raw.author === "string" ? raw.author : "";
    const at = readTime(raw.created_at) ?? created ?? EPOCH;
    const own = typeof raw.id === "string" && /[^0-9]/.test(raw.id) ? raw.id : undefined;
    const known = { id: own ?? commentId(id, author, at, text), issue_id: id, author, text, created_at: at };
    return [{ ...dropEmpty(rest), ...known }];
  });
  const unique = [...new Map(comments.map(comment => [comment.id, comment])).values()];
  return unique.length === 0 ? undefined : unique;
}

/** What a molecule was bonded from; `proto_id` is the older name of `source_id`. */
export function readBonds(value: unknown): Bead["bonded_from"] {
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

/** The elements of a list; what is no list has none, and says so. */
function listOf(key: string, value: unknown, lose: Lose): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (present(value)) lose(`its ${key} are no list`);
  return [];
}

function nothing(lose: Lose, reason: string): undefined {
  lose(reason);
  return undefined;
}

function dropEmpty(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).filter(([, v]) => v !== "" && v !== null && v !== undefined),
  );
}

/** True for what says something: neither absent nor null nor empty. */
export function present(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

/** True for a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
