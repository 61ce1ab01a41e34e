/** Differences between two versions of a bead. */
import type { Bead } from "../../../store/schema/bead.ts";

const MAX_TEXT = 60;

/** Names of the fields that differ, bookkeeping left out. */
export function differingFields(before: Bead, after: Bead): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys]
    .filter(key => !key.startsWith("_") && key !== "updated_at" && text(before[key]) !== text(after[key]))
    .sort();
}

/** One line for each field that differs, long values cut. */
export function changedFields(before: Bead, after: Bead): string[] {
  return differingFields(before, after).map(key => `${key}: ${short(before[key])} → ${short(after[key])}`);
}

/** Values as comparable text; the order of keys does not matter. */
export function text(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ""
  );
}

function short(value: unknown): string {
  if (value === undefined) return "(none)";
  const line = (typeof value === "string" ? value : JSON.stringify(value)).replace(/\s+/g, " ");
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
}
