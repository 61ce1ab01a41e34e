/**
 * One record of an export as a bead: `issues.jsonl` of every age of `bd`, and `bd export`.
 * What older versions wrote differently is read for what it means; what can not be a bead is refused with its reason.
 */

import type { Bead } from "../schema/bead.ts";
import {
  isObject,
  type Lose,
  present,
  readBonds,
  readComments,
  readEdges,
  readLabels,
  readMetadata,
  readTime,
} from "./record-parts.ts";

/** What a record turned out to be. */
export type ReadRecord =
  | {
      readonly kind: "bead";
      readonly bead: ImportedBead;
      /** What of the record could not be taken, each with its reason. */
      readonly lost?: readonly string[];
    }
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

/** Reads one line of JSON, as a record of this kind. Never throws. */
export function readLine(line: string, read: (value: unknown) => ReadRecord = readRecord): ReadRecord {
  if (line.trim() === "") return { kind: "nothing" };
  if (/^(<{7}|={7}|>{7}|\|{7})/.test(line)) return refused("a conflict marker of a merge");
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return refused(`not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return read(value);
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
  if (present(value.id) && id === undefined) return no(`its id is ${shown(value.id)}, no text`);
  const title = value.title;
  if (typeof title !== "string" || title.trim() === "") return no("it has no title");
  if (new TextEncoder().encode(title).length > MAX_TITLE_BYTES)
    return no(`its title is longer than ${MAX_TITLE_BYTES} bytes`);
  if (id !== undefined && (/[\s/\\]|\.\.|^[.-]/.test(id) || id.length > 200)) return no(`"${id}" is no id`);
  const priority = value.priority ?? 2;
  if (typeof priority !== "number" || !Number.isInteger(priority) || priority < 0 || priority > 4)
    return no(`its priority is ${shown(priority)}, not 0 to 4`);
  const result: Record<string, unknown> = { ...value, title, priority };
  for (const key of DERIVED) delete result[key];
  const lost: string[] = [];
  const lose: Lose = reason => void lost.push(reason);
  const type = word("issue_type", value.issue_type ?? value.type, "task", lose);
  delete result.type;
  result.issue_type = TYPE_ALIASES[type] ?? type;
  result.status = word("status", value.status, "open", lose);
  for (const key of TIMES) {
    const time = readTime(value[key]);
    if (time === null) return no(`its ${key} is ${shown(value[key])}, no time`);
    assign(result, key, time);
  }
  for (const key of TEXTS) {
    if (value[key] !== undefined && value[key] !== null && typeof value[key] !== "string")
      return no(`its ${key} is no text`);
    assign(result, key, value[key] === null || value[key] === "" ? undefined : value[key]);
  }
  for (const key of FLAGS) {
    if (present(value[key]) && typeof value[key] !== "boolean" && value[key] !== 0 && value[key] !== 1)
      lose(`its ${key} is ${shown(value[key])}, neither true nor false`);
    assign(result, key, value[key] === true || value[key] === 1 ? true : undefined);
  }
  if (value.wisp === true) result.ephemeral = true;
  delete result.wisp;
  assign(result, "labels", readLabels(value.labels, lose));
  assign(result, "metadata", readMetadata(value.metadata));
  const minutes = natural(value.estimated_minutes);
  if (present(value.estimated_minutes) && minutes === undefined)
    lose(`its estimated_minutes is ${shown(value.estimated_minutes)}, no number of minutes`);
  assign(result, "estimated_minutes", minutes);
  const owner = id ?? "";
  const created = typeof result.created_at === "string" ? result.created_at : undefined;
  const edges = { id: owner, parent: value.parent, created };
  assign(result, "dependencies", readEdges(value.dependencies, edges, lose));
  assign(result, "comments", readComments(value.comments, owner, created, lose));
  assign(result, "bonded_from", readBonds(value.bonded_from));
  if (result.status === "closed" && result.closed_at === undefined)
    assign(result, "closed_at", result.updated_at);
  if (result.status !== "closed")
    for (const key of ["closed_at", "close_reason", "closed_by_session"]) delete result[key];
  // SAFETY: every field that a bead constrains was checked or replaced above; all others are free.
  const bead = result as unknown as ImportedBead;
  return lost.length === 0 ? { kind: "bead", bead } : { kind: "bead", bead, lost };
}

function readMemory(value: Readonly<Record<string, unknown>>): ReadRecord {
  const { key, value: text } = value;
  if (typeof key !== "string" || key === "" || typeof text !== "string")
    return refused("a memory without key or value");
  return { kind: "memory", key, value: text };
}

function refused(reason: string): ReadRecord {
  return { kind: "refused", reason };
}

/** A status or a type; what is no text is not taken. */
function word(key: string, value: unknown, instead: string, lose: Lose): string {
  if (typeof value === "string" && value !== "") return value;
  if (present(value)) lose(`its ${key} is ${shown(value)}, no text: "${instead}" was taken`);
  return instead;
}

/** A value as a reason shows it. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

function natural(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function assign(target: Record<string, unknown>, key: string, value: unknown): void {
  if (value === undefined) delete target[key];
  else target[key] = value;
}
