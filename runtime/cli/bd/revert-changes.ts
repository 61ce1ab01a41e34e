/** Taking a change back: field by field, and only where nobody has changed the same since. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { BeadChange, Difference, Writer } from "./backend.ts";
import { differingFields, text } from "./field-changes.ts";

/** Something that was changed again since, so that it was left alone. */
export interface Conflict {
  readonly id: string;
  readonly fields: readonly string[];
}

export interface RevertReport {
  readonly reverted: readonly string[];
  readonly settings: readonly string[];
  readonly conflicts: readonly Conflict[];
}

/** Fields that change only together. */
const GROUPS = [["status", "started_at", "closed_at", "close_reason", "closed_by_session"]];

/** Puts every bead back to what it was before the difference. */
export function revert(
  tx: Writer,
  difference: Difference,
  config: Readonly<Record<string, string>>,
): RevertReport {
  const reverted: string[] = [];
  const conflicts: Conflict[] = [];
  for (const change of difference.beads) {
    const fields = revertBead(tx, change);
    if (fields.length > 0) conflicts.push({ id: change.id, fields });
    else reverted.push(change.id);
  }
  const settings: string[] = [];
  for (const [key, { before, after }] of Object.entries(difference.settings)) {
    if (config[key] !== after) conflicts.push({ id: `config ${key}`, fields: [key] });
    else {
      tx.setConfig(key, before ?? null);
      settings.push(key);
    }
  }
  return { reverted, settings, conflicts };
}

/** The fields that stand in the way; empty when it was done. */
function revertBead(tx: Writer, { id, before, after }: BeadChange): string[] {
  const current = tx.get(id);
  if (after === undefined) {
    if (current !== undefined) return ["(exists again)"];
    if (before !== undefined) tx.put({ ...before, updated_at: tx.now }, "restored");
    return [];
  }
  if (current === undefined) return before === undefined ? [] : ["(deleted)"];
  if (before === undefined) {
    const later = differingFields(after, current);
    if (later.length > 0) return later;
    tx.delete(id, "Creation undone");
    return [];
  }
  const wanted = withGroups(differingFields(before, after));
  const changedSince = new Set(differingFields(after, current));
  const inTheWay = wanted.filter(
    field => changedSince.has(field) && text(current[field]) !== text(before[field]),
  );
  if (inTheWay.length > 0) return inTheWay;
  const next: Bead = { ...current, updated_at: tx.now };
  for (const field of wanted) {
    if (before[field] === undefined) delete next[field];
    else next[field] = before[field];
  }
  tx.put(next, "restored");
  return [];
}

function withGroups(fields: readonly string[]): string[] {
  const all = new Set(fields);
  for (const group of GROUPS)
    if (group.some(field => all.has(field))) for (const field of group) all.add(field);
  return [...all];
}
