/** Why a convoy cannot go on by itself: for each bead left, what keeps it. Looks only. */
import type { Bead } from "../../../store/schema/bead.ts";
import { HELD_LABEL, readSatellite, SLUNG_LABEL } from "../../../store/schema/satellite.ts";
import { isDone, LEASED_STATUSES } from "../../states/work.ts";
import { isWorkType, prefixOf } from "../kinds.ts";
import type { TownTurn } from "../town-turn.ts";

export interface Stranded {
  readonly bead: string;
  readonly reason: string;
}

/** What the members are looked at with. */
export type StrandedLook = Pick<TownTurn, "now" | "rigs" | "rigOf" | "prefixes"> & {
  readonly tx: Pick<TownTurn["tx"], "get" | "blockers">;
};

/** Empty while anything in it moves, or has nothing left to do. What failed is reported elsewhere. */
export function strandedMembers(look: StrandedLook, members: readonly Bead[]): readonly Stranded[] {
  const left = members.filter(({ status }) => !isDone(status));
  const found: Stranded[] = [];
  for (const bead of left) {
    const reason = keeps(look, bead, new Map());
    if (reason === undefined) return [];
    found.push({ bead: bead.id, reason });
  }
  return found;
}

/** Beads that were looked at: `path` while what they wait for is, `moves` when nothing keeps them. */
type Seen = Map<string, "path" | "moves">;

/** What keeps it from going on; undefined when it moves, or will at its time. */
function keeps(look: StrandedLook, bead: Bead, seen: Seen): string | undefined {
  const { id, status } = bead;
  if (LEASED_STATUSES.some(leased => leased === status)) return undefined;
  if (bead.labels?.includes(HELD_LABEL)) return "is held";
  if (bead.defer_until !== undefined && Date.parse(bead.defer_until) > look.now) return undefined;
  if (status !== "open") return `is ${status}`;
  if (!bead.labels?.includes(SLUNG_LABEL)) return `is not slung: gt sling ${id}`;
  if (readSatellite(bead, "work") === undefined) return "has metadata that cannot be read";
  const rig = look.rigOf(bead);
  if (rig === undefined) return "belongs to a rig that is gone";
  if (rig.state === "parked" || rig.state === "failed")
    return `belongs to the rig ${rig.name}, which is ${rig.state}`;
  seen.set(id, "path");
  for (const blocker of look.tx.blockers(id)) {
    const why = blocks(look, blocker, seen);
    if (why !== undefined) return `waits for ${blocker}, which ${why}`;
  }
  seen.set(id, "moves");
  return undefined;
}

function blocks(look: StrandedLook, id: string, seen: Seen): string | undefined {
  const before = seen.get(id);
  // Made on several machines, or in several rigs: where it is made in one place, a ring is refused.
  if (before === "path") return "waits for it in turn: take one of the edges away, bd dep remove";
  if (before === "moves") return undefined;
  const blocker = look.tx.get(id);
  if (blocker === undefined) return look.prefixes.has(prefixOf(id)) ? "does not exist" : undefined;
  if (blocker.status === "failed") return `failed: gt bead reopen ${id}`;
  // Gates, molecules and the like have an engine of their own that sees them through.
  return isWorkType(blocker.issue_type) ? keeps(look, blocker, seen) : undefined;
}
