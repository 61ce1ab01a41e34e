/**
 * The file of a bead: its canonical bytes, and the reading of files that anybody may have put on the branch.
 * The check is written by hand because every row of a large branch passes it; a test holds it against the zod schema.
 */
import { fromUtf8 } from "../branch/bytes.ts";
import { canonicalJson } from "../branch/canonical-json.ts";
import { beadIdOfPath } from "../branch/layout.ts";
import { canonicalText } from "../merge/json.ts";
import type { Bead } from "../schema/bead.ts";
import type { Clock } from "./clock.ts";

/** Larger files are not read as beads. */
export const MAX_BEAD_FILE_BYTES = 16 * 1_048_576;

/** What stays of a deleted bead. */
export interface Tombstone {
  readonly id: string;
  readonly title: string;
  readonly status: "tombstone";
  readonly created_at: string;
  readonly created_by?: string;
  readonly original_type: string;
  readonly deleted_at: string;
  readonly deleted_by: string;
  readonly delete_reason?: string;
  /** Set when the bead goes on under another id. */
  readonly renamed_to?: string;
  /** `created_at`: stamp of birth; `deleted_at`: stamp of the deletion. */
  readonly _clock: Clock;
}

/** What a file on the branch is. */
export type ParsedFile =
  | { readonly kind: "bead"; readonly bead: Bead }
  | { readonly kind: "tombstone"; readonly tombstone: Tombstone }
  | { readonly kind: "problem"; readonly reason: string };

/** Canonical text of a bead: empty values left out, lists in their fixed order. */
export function serializeBead(bead: Bead): string {
  return canonicalJson(normalizeBead(bead));
}

/** Canonical text of a tombstone. */
export function serializeTombstone(tombstone: Tombstone): string {
  return canonicalJson(tombstone);
}

/** The bead without empty texts, false flags and empty lists in the fields that we know; labels, edges, comments and bonds in their fixed order. */
export function normalizeBead(bead: Bead): Bead {
  const result: Bead = { ...bead };
  for (const [key, value] of Object.entries(result)) {
    if (value === undefined || (isEmpty(value) && OPTIONAL_FIELDS.has(key))) delete result[key];
  }
  if (result.labels !== undefined) result.labels = [...new Set(result.labels)].sort();
  if (result.dependencies !== undefined) {
    result.dependencies = [...result.dependencies].sort(
      (a, b) => order(a.created_at, b.created_at) || order(a.depends_on_id, b.depends_on_id),
    );
  }
  if (result.comments !== undefined) {
    result.comments = [...result.comments].sort(
      (a, b) => order(a.created_at, b.created_at) || order(a.id, b.id),
    );
  }
  if (result.bonded_from !== undefined) {
    result.bonded_from = [...result.bonded_from].sort((a, b) => order(canonicalText(a), canonicalText(b)));
  }
  return result;
}

/** Reads a file below `beads/`. Never throws: what is no bead is a problem with a reason. */
export function parseBeadFile(path: string, mode: string, data: Uint8Array): ParsedFile {
  const id = beadIdOfPath(path);
  if (id === undefined) return problem("the path is not that of a bead");
  if (mode === "120000") return problem("it is a symbolic link");
  if (mode === "160000") return problem("it is a submodule");
  if (data.length > MAX_BEAD_FILE_BYTES) return problem(`it is larger than ${MAX_BEAD_FILE_BYTES} bytes`);
  const text = fromUtf8(data);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const conflict = /^(<{7}|={7}|>{7})/m.test(text);
    return problem(conflict ? "it has conflict markers of a merge" : "it is not valid JSON");
  }
  if (!isObject(value)) return problem("it is not a JSON object");
  if (value.id === undefined) return problem("it has no id");
  if (value.id !== id) return problem(`its id is ${JSON.stringify(value.id)?.slice(0, 100)}, not "${id}"`);
  if (value.status === "tombstone") {
    return isTombstone(value)
      ? { kind: "tombstone", tombstone: value }
      : problem("it is an incomplete tombstone");
  }
  const reason = beadFault(value);
  // SAFETY: beadFault checks every field that beadSchema constrains; the schema is loose for all others.
  return reason === undefined ? { kind: "bead", bead: value as unknown as Bead } : problem(reason);
}

/** Why a JSON object is no bead; undefined when it is one. */
export function beadFault(value: Readonly<Record<string, unknown>>): string | undefined {
  for (const [field, check] of FIELD_CHECKS) {
    if (!check(value[field])) return `its field ${field} is missing or wrong`;
  }
  for (const edge of asArray(value.dependencies)) {
    if (!isObject(edge) || !EDGE_CHECKS.every(([field, check]) => check(edge[field]))) {
      return "one of its dependencies is wrong";
    }
  }
  for (const comment of asArray(value.comments)) {
    if (!isObject(comment) || !COMMENT_CHECKS.every(([field, check]) => check(comment[field]))) {
      return "one of its comments is wrong";
    }
  }
  for (const bond of asArray(value.bonded_from)) {
    if (!isObject(bond) || !BOND_CHECKS.every(([field, check]) => check(bond[field]))) {
      return "one of its bonds is wrong";
    }
  }
  const clock = value._clock;
  if (clock !== undefined && !(isObject(clock) && Object.values(clock).every(isStamp))) {
    return "its field _clock is wrong";
  }
  return undefined;
}

type Check = (value: unknown) => boolean;

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
const text: Check = value => typeof value === "string";
const fullText: Check = value => typeof value === "string" && value !== "";
const instant: Check = value =>
  typeof value === "string" && INSTANT.test(value) && !Number.isNaN(Date.parse(value));
const whole: Check = value => Number.isSafeInteger(value);
const natural: Check = value => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const number: Check = value => typeof value === "number" && Number.isFinite(value);
const flag: Check = value => typeof value === "boolean";
const texts: Check = value => Array.isArray(value) && value.every(text);
const list: Check = Array.isArray;
const optional =
  (check: Check): Check =>
  value =>
    value === undefined || check(value);
const edgeType: Check = value => fullText(value) && String(value).length <= 50;
const priority: Check = value => natural(value) && Number(value) <= 4;
const isStamp: Check = value =>
  Array.isArray(value) && value.length === 3 && natural(value[0]) && natural(value[1]) && text(value[2]);

const TEXT_FIELDS =
  "description design acceptance_criteria notes spec_id assignee owner created_by close_reason closed_by_session external_ref source_system compacted_at_commit sender wisp_type await_type await_id source_formula source_location mol_type work_type event_kind actor target payload";

const FIELD_CHECKS: readonly (readonly [string, Check])[] = [
  ["id", fullText],
  ["title", fullText],
  ["status", fullText],
  ["priority", priority],
  ["issue_type", fullText],
  ["created_at", instant],
  ["updated_at", instant],
  ...TEXT_FIELDS.split(" ").map(field => [field, optional(text)] as const),
  ...["started_at", "closed_at", "due_at", "defer_until", "compacted_at"].map(
    field => [field, optional(instant)] as const,
  ),
  ...["ephemeral", "no_history", "pinned", "is_template"].map(field => [field, optional(flag)] as const),
  ["estimated_minutes", optional(natural)],
  ["compaction_level", optional(whole)],
  ["original_size", optional(whole)],
  ["timeout", optional(number)],
  ["metadata", optional(isObject)],
  ["labels", optional(texts)],
  ["waiters", optional(texts)],
  ["dependencies", optional(list)],
  ["comments", optional(list)],
  ["bonded_from", optional(list)],
];
/** Known fields that are not written when they are empty. */
const OPTIONAL_FIELDS: ReadonlySet<string> = new Set(
  FIELD_CHECKS.map(([field]) => field).filter(
    field => !["id", "title", "status", "priority", "issue_type"].includes(field),
  ),
);
const EDGE_CHECKS: readonly (readonly [string, Check])[] = [
  ["issue_id", fullText],
  ["depends_on_id", fullText],
  ["type", edgeType],
  ["created_at", instant],
  ["created_by", optional(text)],
  ["metadata", optional(text)],
  ["thread_id", optional(text)],
];
const COMMENT_CHECKS: readonly (readonly [string, Check])[] = [
  ["id", fullText],
  ["issue_id", fullText],
  ["author", text],
  ["text", text],
  ["created_at", instant],
];
const BOND_CHECKS: readonly (readonly [string, Check])[] = [
  ["source_id", text],
  ["bond_type", optional(text)],
  ["bond_point", optional(text)],
];

function isTombstone(value: Readonly<Record<string, unknown>>): value is Tombstone & Record<string, unknown> {
  const clock = value._clock;
  return (
    instant(value.deleted_at) &&
    text(value.title) &&
    instant(value.created_at) &&
    text(value.deleted_by) &&
    text(value.original_type) &&
    isObject(clock) &&
    Object.values(clock).every(isStamp)
  );
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function problem(reason: string): ParsedFile {
  return { kind: "problem", reason };
}
