/** Budgets: a warning at a fraction of each limit, and at the limit the end of what runs on it. Dispatch looks at them too. */
import { covers, exceeded, type Gauge, meterWords } from "../budgets/meters.ts";
import type { Finding, Rule, World } from "./world.ts";

export const budgets: Rule = world => {
  const findings: Finding[] = [];
  for (const gauge of world.budgets) {
    findings.push(...crossed(gauge), ...stops(world, gauge));
  }
  const at = world.budgets.flatMap(gauge => due(world, gauge));
  if (at.length > 0) {
    findings.push({
      reason: "a budget comes to a limit, or to a new day, then",
      action: { type: "wake_at", at: Math.min(...at) },
    });
  }
  return findings;
};

/** The budgets that keep this bead from being begun. */
export function outOf(world: Pick<World, "budgets">, bead: string, rig: string): readonly Gauge[] {
  return world.budgets.filter(gauge => covers(gauge, bead, rig) && exceeded(gauge, false).length > 0);
}

/** What is to be said now, and what may be said again since it is no longer so. */
function crossed({ bead, id, budget, meters }: Gauge): Finding[] {
  const now = meters.flatMap(({ period, kind, used, limit }) => [
    ...(used >= limit * budget.warn_at ? [`${period}/${kind}/warn`] : []),
    ...(used >= limit ? [`${period}/${kind}/over`] : []),
  ]);
  if (now.length === budget.said.length && now.every(word => budget.said.includes(word))) return [];
  const worst = meters.filter(({ used, limit }) => used >= limit * budget.warn_at).map(meterWords);
  const reason =
    worst.length === 0 ? `the budget of ${id} has room again` : `the budget of ${id}: ${worst.join(", ")}`;
  return [{ reason, action: { type: "budget_said", budget: bead, id, said: now, text: worst.join(", ") } }];
}

function stops(world: World, gauge: Gauge): Finding[] {
  const [first] = exceeded(gauge, true);
  if (first === undefined) return [];
  return gauge.running.flatMap((id): Finding[] => {
    const told = world.agents.get(id)?.told;
    const item =
      told && world.leased.find(one => one.bead.id === told.job && one.work.attempt === told.attempt);
    // Submitted work is paid for; its run ends by itself.
    if (
      told === undefined ||
      told.stop !== undefined ||
      item === undefined ||
      item.bead.status === "in_review"
    )
      return [];
    const text = `the budget of ${gauge.scope === "town" ? "the town" : `${gauge.scope} ${gauge.id}`} is used up: ${meterWords(first)}`;
    return [
      {
        reason: `${told.job}: ${text}`,
        action: { type: "over_budget", bead: told.job, attempt: told.attempt, budget: gauge.id, text },
      },
    ];
  });
}

/** Moments at which a time limit comes near or is reached while somebody runs, and the next day of one that is used up. */
function due(world: World, gauge: Gauge): number[] {
  const waits =
    gauge.resetsAt !== undefined &&
    gauge.meters.some(({ period, used, limit, kind }) => {
      const counts = period === "day" && (gauge.budget.said.includes(`day/${kind}/warn`) || used >= limit);
      return counts || (period === "day" && gauge.running.length > 0);
    });
  const still = gauge.running.filter(id => !world.frozen.has(id)).length;
  const walls = gauge.meters.flatMap(({ kind, used, limit }) => {
    if (kind !== "wall_s" || still === 0) return [];
    const next = [limit * gauge.budget.warn_at, limit].find(mark => mark > used);
    return next === undefined ? [] : [world.now + Math.ceil((next - used) / still) * 1_000];
  });
  return [...(waits && gauge.resetsAt !== undefined ? [gauge.resetsAt] : []), ...walls];
}
