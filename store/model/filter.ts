/** The meaning of a filter, in plain code: for beads that are not in the index yet. */
import type { BeadFilter } from "../api.ts";
import type { Bead } from "../schema/bead.ts";
import { hasPrefix } from "../schema/ids.ts";
import { sameJson } from "./clock.ts";
import { categoryOf, type StoreConfig } from "./config.ts";
import { parentOf } from "./dependency-rules.ts";

/** Types that `ready` leaves out unless they are asked for. */
export const NOT_WORK_TYPES: readonly string[] = [
  "merge-request",
  "gate",
  "molecule",
  "message",
  "agent",
  "role",
  "rig",
  "convoy",
  "escalation",
  "slot",
  "event",
];

/** True when the bead meets every condition of the filter. `ancestors` are asked for only when the filter names one. */
export function matchesFilter(
  config: StoreConfig,
  bead: Bead,
  filter: BeadFilter,
  ancestors: (id: string) => readonly string[],
): boolean {
  const labels = bead.labels ?? [];
  const { ids, prefix, status, category, type, excludeType, priority } = filter;
  if (ids !== undefined && !ids.includes(bead.id)) return false;
  if (prefix !== undefined && !hasPrefix(bead.id, prefix)) return false;
  if (status !== undefined && !status.includes(bead.status)) return false;
  if (category !== undefined && !category.includes(categoryOf(config, bead.status) ?? "unspecified"))
    return false;
  if (type !== undefined && !type.includes(bead.issue_type)) return false;
  if (excludeType?.includes(bead.issue_type)) return false;
  if (filter.assignee !== undefined && (bead.assignee ?? null) !== filter.assignee) return false;
  if (filter.labels !== undefined && !filter.labels.every(label => labels.includes(label))) return false;
  if (filter.excludeLabels?.some(label => labels.includes(label))) return false;
  if (filter.labelsAny !== undefined && !filter.labelsAny.some(label => labels.includes(label))) return false;
  if (priority !== undefined && !priority.includes(bead.priority)) return false;
  if (filter.parent !== undefined && parentOf(bead) !== filter.parent) return false;
  if (filter.ancestor !== undefined && !ancestors(bead.id).includes(filter.ancestor)) return false;
  if (filter.ephemeral !== undefined && (bead.ephemeral === true) !== filter.ephemeral) return false;
  return matchesMetadata(bead, filter) && matchesEdge(bead, filter) && matchesText(bead, filter);
}

/** Words of a search text, as the full-text index splits them. */
export function searchWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** The texts of a bead that a search looks at. */
export function searchText(bead: Bead): string {
  const parts = [
    bead.id,
    bead.description,
    bead.design,
    bead.acceptance_criteria,
    bead.notes,
    bead.external_ref,
    bead.labels?.join(" "),
    ...(bead.comments ?? []).map(comment => comment.text),
  ];
  return parts.filter(part => part !== undefined).join("\n");
}

/** Order of results; see `BeadFilter.sort`. `now` in epoch milliseconds. */
export function compareBeads(sort: BeadFilter["sort"], now: number): (a: Bead, b: Bead) => number {
  const created = (a: Bead, b: Bead) => time(b.created_at) - time(a.created_at);
  const byId = (a: Bead, b: Bead) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  switch (sort) {
    case "id":
      return byId;
    case "created":
      return (a, b) => created(a, b) || byId(a, b);
    case "updated":
      return (a, b) => time(b.updated_at) - time(a.updated_at) || byId(a, b);
    case "oldest":
      return (a, b) => created(b, a) || byId(a, b);
    case "hybrid":
      return (a, b) => {
        const oldA = time(a.created_at) < now - HYBRID_AGE_MS;
        const oldB = time(b.created_at) < now - HYBRID_AGE_MS;
        if (oldA !== oldB) return oldA ? 1 : -1;
        return (oldA ? 0 : a.priority - b.priority) || created(b, a) || byId(a, b);
      };
    case "priority":
    case undefined:
      return (a, b) => a.priority - b.priority || created(a, b) || byId(a, b);
  }
}

/** Beads younger than this come first, by priority, in the `hybrid` order. */
export const HYBRID_AGE_MS = 48 * 3_600_000;

/** Epoch milliseconds of an instant. */
export function time(instant: string): number {
  return Date.parse(instant);
}

function matchesMetadata(bead: Bead, filter: BeadFilter): boolean {
  return Object.entries(filter.metadata ?? {}).every(([key, value]) => sameJson(bead.metadata?.[key], value));
}

function matchesEdge(bead: Bead, filter: BeadFilter): boolean {
  if (filter.dependsOn === undefined && filter.edgeType === undefined) return true;
  return (bead.dependencies ?? []).some(
    edge =>
      (filter.dependsOn === undefined || edge.depends_on_id === filter.dependsOn) &&
      (filter.edgeType === undefined || edge.type === filter.edgeType),
  );
}

function matchesText(bead: Bead, filter: BeadFilter): boolean {
  if (filter.text === undefined) return true;
  const words = searchWords(`${bead.title}\n${searchText(bead)}`);
  return searchWords(filter.text).every(wanted => words.some(word => word.startsWith(wanted)));
}
