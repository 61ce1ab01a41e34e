/** Ready beads get polecats, the most urgent and then the oldest first, as far as caps allow. */
import { nameOrder, nextName } from "../agents/names.ts";
import { type AgentRecord, isFree } from "../agents/record.ts";
import { covers, type Gauge } from "../budgets/meters.ts";
import { outOf } from "./budgets.ts";
import type { Finding, Rule, WorkItem, World } from "./world.ts";

export const dispatch: Rule = world => {
  if (world.paused !== undefined) return [];
  const busy = busyPolecats(world);
  const taken = new Set(busy);
  // Whoever had the last attempt may still be ending: one worker at a time.
  const held = new Set([...world.agents.values()].map(agent => agent.told?.job));
  const findings: Finding[] = [];
  const begun = new Map<Gauge, number>();
  for (const item of world.ready) {
    const rig = world.rigs.get(item.work.rig);
    if (rig === undefined || rig.state !== "ready" || held.has(item.bead.id)) continue;
    if (outOf(world, item.bead.id, rig.name).length > 0) continue;
    if (taken.size >= world.maxPolecats) break;
    const inRig = [...taken].filter(id => id.startsWith(`${rig.name}/`)).length;
    if (inRig >= rig.settings.max_polecats) continue;
    // What is begun with it counts against the same limits of attempts.
    const carried = world.budgets.filter(gauge => covers(gauge, item.bead.id, rig.name));
    if (carried.some(gauge => attemptsLeft(gauge) <= (begun.get(gauge) ?? 0))) continue;
    for (const gauge of carried) begun.set(gauge, (begun.get(gauge) ?? 0) + 1);
    const agent = pick(world, item, taken);
    taken.add(agent);
    findings.push({
      reason: `${item.bead.id} (P${item.bead.priority}) is ready and ${agent} is free: ${inRig + 1} of ${rig.settings.max_polecats} in ${rig.name}`,
      action: { type: "dispatch", bead: item.bead.id, agent },
    });
  }
  return findings;
};

function attemptsLeft({ meters }: Gauge): number {
  const left = meters.flatMap(({ kind, used, limit }) => (kind === "attempts" ? [limit - used] : []));
  return Math.min(Number.POSITIVE_INFINITY, ...left);
}

/** Ids of polecats that have a job, or a lease whose job they were not told yet. */
export function busyPolecats(world: Pick<World, "agents" | "leased">): Set<string> {
  const busy = new Set<string>();
  for (const agent of world.agents.values()) {
    if (agent.role === "polecat" && !isFree(agent)) busy.add(agent.id);
  }
  for (const { bead, work } of world.leased) {
    if (bead.status !== "in_review" && work.lease !== undefined) busy.add(work.lease.agent);
  }
  return busy;
}

/** Whoever worked on it before knows it best; else the first free one of the rig; else somebody new. */
function pick(world: World, { work }: WorkItem, taken: ReadonlySet<string>): string {
  const here = [...world.agents.values()].filter(agent => agent.role === "polecat" && agent.rig === work.rig);
  const free = here.filter(agent => isFree(agent) && !taken.has(agent.id) && !world.frozen.has(agent.id));
  const knows = [...work.attempts.map(entry => entry.agent), ...(work.rework ? [work.rework.agent] : [])];
  const before = knows.findLast(id => free.some(agent => agent.id === id));
  const first = [...free].sort(byName)[0]?.id;
  const names = new Set([...here.map(agent => agent.name), ...namesOf(taken, work.rig)]);
  return before ?? first ?? `${work.rig}/${nextName(names)}`;
}

function byName(a: AgentRecord, b: AgentRecord): number {
  return nameOrder(a.name) - nameOrder(b.name);
}

function namesOf(ids: ReadonlySet<string>, rig: string): string[] {
  return [...ids].filter(id => id.startsWith(`${rig}/`)).map(id => id.slice(rig.length + 1));
}
