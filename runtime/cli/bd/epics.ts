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
  const children = new Map(epics.map(epic => [epic.id, { total: 0, closed: 0 }]));
  for await (const page of backend.issuePages({})) {
    for (const bead of page) {
      const counts = children.get(parentOf(bead) ?? "");
      if (counts === undefined) continue;
      counts.total += 1;
      if (bead.status === "closed") counts.closed += 1;
    }
  }
  return epics.map(epic => {
    const { total, closed } = children.get(epic.id) ?? { total: 0, closed: 0 };
    return { epic, total, closed, eligible: total > 0 && closed === total };
  });
}
