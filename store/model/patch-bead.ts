/** Applies a patch to a bead, and says in events what it did. */
import type { BeadEvent } from "../api.ts";
import type { Bead, BeadPatch } from "../schema/bead.ts";
import { AppError } from "../schema/errors.ts";
import { normalizeBead } from "./bead-file.ts";
import { sameJson } from "./clock.ts";
import { requireStatus, resolveType, type StoreConfig } from "./config.ts";
import { alignStatus } from "./status-rules.ts";
import { checkLimits, requireValid } from "./text-limits.ts";

/** Around a change of one bead. */
export interface PatchContext {
  readonly config: StoreConfig;
  readonly actor: string;
  /** RFC 3339. */
  readonly now: string;
}

/** A bead after a change; `bead` is the old one itself, and `events` is empty, when nothing changed. */
export interface Patched {
  readonly bead: Bead;
  readonly events: readonly BeadEvent[];
}

const PROTECTED = ["id", "created_at", "created_by", "dependencies", "comments", "_clock"];
const REQUIRED = ["title", "status", "priority", "issue_type", "updated_at"];
/** Follow from the status, whose event tells of them. */
const SILENT = ["updated_at", "closed_at", "started_at", "close_reason", "closed_by_session", "labels"];

/** @throws {AppError} invalid_argument, too_large */
export function patchBead(before: Bead, patch: BeadPatch, context: PatchContext): Patched {
  const draft: Bead = { ...before };
  for (const [field, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (PROTECTED.includes(field)) throw protectedField(field);
    if (value === null && REQUIRED.includes(field)) throw requiredField(field);
    if (field === "metadata") setMetadata(draft, patch.metadata ?? {});
    else if (value === null) delete draft[field];
    else draft[field] = value;
  }
  if (draft.status !== before.status) requireStatus(context.config, draft.status);
  if (draft.issue_type !== before.issue_type)
    draft.issue_type = resolveType(context.config, draft.issue_type);
  checkLimits(draft);
  const aligned = normalizeBead(alignStatus(draft, before.status, context.now));
  requireValid(aligned);
  return settle(before, aligned, context);
}

/** The new state with its time of change and events; the old one when nothing differs. */
export function settle(before: Bead, after: Bead, context: PatchContext): Patched {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    field => field !== "updated_at" && field !== "_clock" && !sameJson(before[field], after[field]),
  );
  if (fields.length === 0) return { bead: before, events: [] };
  const base = { id: before.id, actor: context.actor, at: context.now };
  const events: BeadEvent[] = [];
  if (fields.includes("status")) events.push(statusEvent(before, after, base));
  events.push(...labelEvents(before, after, base));
  for (const field of fields) {
    if (field === "status" || SILENT.includes(field) || field === "dependencies" || field === "comments")
      continue;
    events.push({ ...base, type: "updated", field, ...pair(before[field], after[field]) });
  }
  if (events.length === 0) {
    const [field = "status"] = fields;
    events.push({ ...base, type: "updated", field, ...pair(before[field], after[field]) });
  }
  const later = after.updated_at !== before.updated_at ? after.updated_at : context.now;
  return { bead: { ...after, updated_at: laterInstant(later, before.updated_at) }, events };
}

type EventBase = Pick<BeadEvent, "id" | "actor" | "at">;

function statusEvent(before: Bead, after: Bead, base: EventBase): BeadEvent {
  const change = { field: "status", old: before.status, new: after.status };
  if (after.status === "closed") return { ...base, type: "closed", ...change };
  if (before.status === "closed") return { ...base, type: "reopened", ...change };
  if (after.status === "in_progress" && after.assignee === base.actor && before.assignee !== after.assignee) {
    return { ...base, type: "claimed", ...change };
  }
  return { ...base, type: "status_changed", ...change };
}

function labelEvents(before: Bead, after: Bead, base: EventBase): BeadEvent[] {
  const old = before.labels ?? [];
  const now = after.labels ?? [];
  return [
    ...now
      .filter(label => !old.includes(label))
      .map(label => ({ ...base, type: "label_added" as const, new: label })),
    ...old
      .filter(label => !now.includes(label))
      .map(label => ({ ...base, type: "label_removed" as const, old: label })),
  ];
}

function setMetadata(draft: Bead, values: Readonly<Record<string, unknown>>): void {
  const metadata: Record<string, unknown> = { ...draft.metadata };
  for (const [key, value] of Object.entries(values)) {
    if (value === null || value === undefined) delete metadata[key];
    else metadata[key] = value;
  }
  draft.metadata = metadata;
}

function pair(before: unknown, after: unknown): { old?: unknown; new?: unknown } {
  return { ...(before === undefined ? {} : { old: before }), ...(after === undefined ? {} : { new: after }) };
}

function protectedField(field: string): AppError {
  return new AppError("invalid_argument", `The field ${field} can not be patched.`, {
    hint: "Dependencies and comments have operations of their own; identity and birth never change.",
  });
}

function requiredField(field: string): AppError {
  return new AppError("invalid_argument", `The field ${field} can not be unset.`, {
    hint: "Give it a value.",
  });
}

function laterInstant(a: string, b: string): string {
  return Date.parse(a) > Date.parse(b) ? a : b;
}
