/** Differences between two versions of a bead, for people. */
import { differingFields } from "../../../store/model/revert.ts";
import type { Bead } from "../../../store/schema/bead.ts";

const MAX_TEXT = 60;

/** One line for each field that differs, long values cut. */
export function changedFields(before: Bead, after: Bead): string[] {
  return differingFields(before, after).map(key => `${key}: ${short(before[key])} → ${short(after[key])}`);
}

function short(value: unknown): string {
  if (value === undefined) return "(none)";
  const line = (typeof value === "string" ? value : JSON.stringify(value)).replace(/\s+/g, " ");
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
}
