/** The merge queue: one run at a time per rig; the most deserving leads it, and takes others of the same target along. */
import { isFree } from "../agents/record.ts";
import { refineryOf } from "../kinds.ts";
import { needsReview } from "../refinery/needs-review.ts";
import { inOrder } from "../refinery/score.ts";
import type { Finding, MergeItem, Rule, World } from "./world.ts";

const MINUTE_MS = 60_000;

export const mergeQueue: Rule = world => {
  const findings: Finding[] = [];
  const convoys = convoyAges(world);
  let wakeAt: number | undefined;
  for (const rig of world.rigs.values()) {
    const items = world.merges.filter(({ request }) => request.rig === rig.name);
    const merging = items.filter(({ bead }) => bead.status === "in_progress");
    findings.push(...merging.flatMap(item => untold(world, item, merging)));
    if (rig.state !== "ready" || world.paused?.scope === "all" || merging.length > 0) continue;
    const queued = items.filter(
      ({ bead, request }) => bead.status === "open" && !needsReview(rig.settings, request),
    );
    const due = queued.filter(item => notBefore(item) <= world.now);
    const refinery = world.agents.get(refineryOf(rig.name));
    const maxWaitMs = rig.settings.max_wait_minutes * MINUTE_MS;
    const ordered = inOrder(due, ({ request }) => ({
      now: world.now,
      convoySince: convoys.get(request.source),
      maxWaitMs,
    }));
    const [first] = ordered;
    const still = world.frozen.has(refineryOf(rig.name));
    if (first !== undefined && !still && (refinery === undefined || isFree(refinery))) {
      const batch = batchOf(ordered, rig.settings.merge_strategy === "pr" ? 1 : rig.settings.batch_size);
      const members = batch.slice(1).map(({ bead }) => bead.id);
      const left = ordered.length - batch.length;
      const rest = left === 0 ? "nothing else waits" : `${left} more wait`;
      const along = members.length === 0 ? "" : ` with ${members.join(", ")}`;
      findings.push({
        reason: `${first.bead.id} is next in ${rig.name}${along} (${first.score.reasons.join(", ")}); ${rest}`,
        action: { type: "start_merge", merge_request: first.bead.id, members },
      });
    }
    for (const item of queued) {
      const at = notBefore(item);
      if (at > world.now) wakeAt = Math.min(wakeAt ?? at, at);
    }
  }
  if (wakeAt !== undefined) {
    findings.push({ reason: "a merge is tried again then", action: { type: "wake_at", at: wakeAt } });
  }
  return findings;
};

/** Since when the oldest open convoy of each bead exists, epoch milliseconds. */
export function convoyAges(world: Pick<World, "convoys">): Map<string, number> {
  const ages = new Map<string, number>();
  for (const { bead, members } of world.convoys) {
    const since = Date.parse(bead.created_at);
    for (const { id } of members) ages.set(id, Math.min(since, ages.get(id) ?? since));
  }
  return ages;
}

/** The first, and those behind it that go into the same branch. The landing of a convoy goes alone. */
function batchOf<I extends MergeItem>(ordered: readonly I[], size: number): I[] {
  const [first] = ordered;
  if (first === undefined) return [];
  if (first.request.kind === "landing") return [first];
  return ordered
    .filter(({ request }) => request.target === first.request.target && request.kind !== "landing")
    .slice(0, size);
}

function notBefore({ request }: MergeItem): number {
  return request.not_before === undefined ? 0 : Date.parse(request.not_before);
}

/**
 * A run whose refinery does not know of it: a crash came between. Merging again recognises what is done already. One
 * whose leader has its result already is taken up anew.
 */
function untold(world: World, { bead, request }: MergeItem, merging: readonly MergeItem[]): Finding[] {
  const lead = request.batch?.lead ?? bead.id;
  const run = request.batch?.run ?? request.run;
  const told = world.agents.get(refineryOf(request.rig))?.told;
  if (told?.kind === "merge" && told.job === lead && told.attempt === run) return [];
  if (lead === bead.id) {
    return [
      {
        reason: `the refinery of ${request.rig} has to be told of ${bead.id}, run ${run}`,
        action: { type: "tell_merge", merge_request: bead.id },
      },
    ];
  }
  if (merging.some(other => other.bead.id === lead && other.request.run === run)) return [];
  const reason = `the run of ${lead} is over`;
  return [{ reason: `${bead.id}: ${reason}`, action: { type: "requeue", merge_request: bead.id, reason } }];
}
