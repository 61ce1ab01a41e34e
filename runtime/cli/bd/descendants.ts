/** Children, their children, and so on. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { Backend } from "./backend.ts";

/** All descendants by parent-child edges, by id, without the bead itself. */
export async function descendantsOf(id: string, backend: Backend): Promise<Map<string, Bead>> {
  const found = new Map<string, Bead>();
  let level = [id];
  while (level.length > 0) {
    const next: string[] = [];
    for (const parent of level) {
      for (const { bead, type } of await backend.dependents(parent)) {
        if (type !== "parent-child" || bead.id === id || found.has(bead.id)) continue;
        found.set(bead.id, bead);
        next.push(bead.id);
      }
    }
    level = next;
  }
  return found;
}
