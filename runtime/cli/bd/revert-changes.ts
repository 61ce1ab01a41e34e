/** Takes a change of beads and settings back, in a unit of work. */
import { revertOf } from "../../../store/model/revert.ts";
import type { UndoReport } from "../../../store/schema/past.ts";
import type { Difference, Writer } from "./backend.ts";

/** Puts every bead and setting back to what it was before the difference, where nobody has changed it since. */
export function revert(
  tx: Writer,
  difference: Difference,
  config: Readonly<Record<string, string>>,
): UndoReport {
  const reverted: string[] = [];
  const conflicts: { id: string; fields: string[] }[] = [];
  for (const change of difference.beads) {
    const step = revertOf(change, tx.get(change.id), tx.now);
    if (step.kind === "conflict") {
      conflicts.push({ id: change.id, fields: [...step.fields] });
      continue;
    }
    if (step.kind === "put") tx.put(step.bead, "restored");
    else if (step.kind === "delete") tx.delete(change.id, "Creation undone");
    reverted.push(change.id);
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
