/** Taking a change of a bead back: field by field, and only where nobody has changed the same since. */
import type { BeadChange } from "../api.ts";
import type { Bead } from "../schema/bead.ts";

/** What it takes, or the fields that were changed again since and stand in the way. */
export type Reverted =
  | { readonly kind: "put"; readonly bead: Bead }
  | { readonly kind: "delete" }
  | { readonly kind: "nothing" }
  | { readonly kind: "conflict"; readonly fields: readonly string[] };

/** Fields that change only together. */
const GROUPS = [["status", "started_at", "closed_at", "close_reason", "closed_by_session"]];

/** How the bead becomes what it was before the change. @param now RFC 3339 */
export function revertOf(change: BeadChange, current: Bead | undefined, now: string): Reverted {
  const { before, after } = change;
  if (after === undefined) {
    if (current !== undefined) return { kind: "conflict", fields: ["(exists again)"] };
    return before === undefined ? NOTHING : { kind: "put", bead: { ...before, updated_at: now } };
  }
  if (current === undefined) return before === undefined ? NOTHING : conflict(["(deleted)"]);
  if (before === undefined) {
    const later = differingFields(after, current);
    return later.length > 0 ? conflict(later) : { kind: "delete" };
  }
  const wanted = withGroups(differingFields(before, after));
  const changedSince = new Set(differingFields(after, current));
  const inTheWay = wanted.filter(
    field => changedSince.has(field) && comparable(current[field]) !== comparable(before[field]),
  );
  if (inTheWay.length > 0) return conflict(inTheWay);
  const next: Bead = { ...current, updated_at: now };
  for (const field of wanted) {
    if (before[field] === undefined) delete next[field];
    else next[field] = before[field];
  }
  return { kind: "put", bead: next };
}

const NOTHING = { kind: "nothing" } as const;

function conflict(fields: readonly string[]): Reverted {
  return { kind: "conflict", fields };
}

/** Names of the fields that differ, bookkeeping left out. */
export function differingFields(before: Bead, after: Bead): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys]
    .filter(
      key =>
        !key.startsWith("_") && key !== "updated_at" && comparable(before[key]) !== comparable(after[key]),
    )
    .sort();
}

function withGroups(fields: readonly string[]): string[] {
  const all = new Set(fields);
  for (const group of GROUPS)
    if (group.some(field => all.has(field))) for (const field of group) all.add(field);
  return [...all];
}

/** Values as comparable text; the order of keys does not matter. */
function comparable(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ""
  );
}
