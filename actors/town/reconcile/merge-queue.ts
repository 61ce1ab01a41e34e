/** The review queue: one merge at a time per rig, the most deserving first, nobody starved. */
import { isFree } from "../agents/record.ts";
import { refineryOf } from "../kinds.ts";
import type { Finding, MergeItem, Rule, World } from "./world.ts";

const HOUR_MS = 3_600_000;

export const mergeQueue: Rule = world => {
  const findings: Finding[] = [];
  let wakeAt: number | undefined;
  for (const rig of world.rigs.values()) {
    const items = world.merges.filter(({ request }) => request.rig === rig.name);
    const merging = items.filter(({ bead }) => bead.status === "in_progress");
    findings.push(...merging.flatMap(item => untold(world, item)));
    if (rig.state !== "ready" || world.paused?.scope === "all" || merging.length > 0) continue;
    const queued = items.filter(({ bead }) => bead.status === "open");
    const due = queued.filter(item => notBefore(item) <= world.now);
    const refinery = world.agents.get(refineryOf(rig.name));
    const [first, ...others] = due.sort((a, b) => score(b, world.now) - score(a, world.now) || byId(a, b));
    if (first !== undefined && (refinery === undefined || isFree(refinery))) {
      const rest = others.length === 0 ? "nothing else waits" : `${others.length} more wait`;
      findings.push({
        reason: `${first.bead.id} is next in ${rig.name}; ${rest}`,
        action: { type: "start_merge", merge_request: first.bead.id },
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

/**
 * Higher goes first: urgent work, work that waits long (so that nothing waits for ever), and less what keeps failing
 * for reasons of its surroundings.
 */
export function score({ bead, request }: MergeItem, now: number): number {
  const hours = Math.max(0, now - Date.parse(bead.created_at)) / HOUR_MS;
  return 1_000 + 100 * (4 - bead.priority) + 10 * hours - Math.min(50 * request.retries, 300);
}

function notBefore({ request }: MergeItem): number {
  return request.not_before === undefined ? 0 : Date.parse(request.not_before);
}

function byId(a: MergeItem, b: MergeItem): number {
  return a.bead.id < b.bead.id ? -1 : 1;
}

/** A merge whose refinery does not know of it: a crash came between. Merging again recognises what is done already. */
function untold(world: World, { bead, request }: MergeItem): Finding[] {
  const told = world.agents.get(refineryOf(request.rig))?.told;
  if (told?.kind === "merge" && told.job === bead.id && told.attempt === request.run) return [];
  return [
    {
      reason: `the refinery of ${request.rig} has to be told of ${bead.id}, run ${request.run}`,
      action: { type: "tell_merge", merge_request: bead.id },
    },
  ];
}
