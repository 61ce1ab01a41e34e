/** Giving beads other ids: the beads move, and edges and texts that name them follow. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { Writer } from "./backend.ts";
import { referencePattern } from "./delete-beads.ts";

const TEXTS = ["title", "description", "design", "acceptance_criteria", "notes", "close_reason"] as const;

/**
 * Renames in one unit of work. Children are not renamed unless they are in the map.
 * @returns how many other beads were changed
 * @throws {AppError} not_found, already_exists, invalid_argument
 */
export function renameBeads(tx: Writer, names: ReadonlyMap<string, string>): number {
  for (const [from, to] of names) {
    tx.require(from);
    if (!names.has(to) && tx.get(to) !== undefined)
      throw new AppError("already_exists", `issue ${to} already exists`);
  }
  const patterns = [...names].map(([from, to]): [RegExp, string] => [referencePattern(from), to]);
  let touched = 0;
  for (const bead of tx.query({})) {
    const renamed = renamedBead(bead, names, patterns);
    if (renamed === undefined) continue;
    if (renamed.id !== bead.id) tx.delete(bead.id, `Renamed to ${renamed.id}`);
    else touched += 1;
    tx.put(renamed.id === bead.id ? { ...renamed, updated_at: tx.now } : renamed, "restored");
  }
  return touched;
}

function renamedBead(
  bead: Bead,
  names: ReadonlyMap<string, string>,
  patterns: readonly (readonly [RegExp, string])[],
): Bead | undefined {
  const id = names.get(bead.id) ?? bead.id;
  const result: Bead = { ...bead, id };
  let changed = id !== bead.id;
  for (const field of TEXTS) {
    const before = bead[field];
    if (before === undefined) continue;
    const after = patterns.reduce((text, [pattern, to]) => text.replace(pattern, to), before);
    if (after === before) continue;
    result[field] = after;
    changed = true;
  }
  if (bead.dependencies?.some(edge => names.has(edge.depends_on_id) || names.has(edge.issue_id)))
    changed = true;
  if (!changed) return undefined;
  if (bead.dependencies !== undefined) {
    result.dependencies = bead.dependencies.map(edge => ({
      ...edge,
      issue_id: id,
      depends_on_id: names.get(edge.depends_on_id) ?? edge.depends_on_id,
    }));
  }
  if (bead.comments !== undefined)
    result.comments = bead.comments.map(comment => ({ ...comment, issue_id: id }));
  return result;
}
