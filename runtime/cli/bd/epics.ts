/** Epics with how far they are. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { Backend } from "./backend.ts";
import { parentOf } from "./issue-json.ts";

export interface EpicStatus {
  readonly epic: Bead;
  readonly total: number;
  readonly closed: number;
  /** It has children and all of them are closed. */
  readonly eligible: boolean;
}

/** All epics that are not closed. */
export async function openEpics(backend: Backend): Promise<EpicStatus[]> {
  const epics = await backend.issues({ type: ["epic"], excludeStatus: ["closed"], template: false });
  if (epics.length === 0) return [];
  const children = Map.groupBy(await backend.issues({}), parentOf);
  return epics.map(epic => {
    const own = children.get(epic.id) ?? [];
    const closed = own.filter(child => child.status === "closed").length;
    return { epic, total: own.length, closed, eligible: own.length > 0 && closed === own.length };
  });
}
