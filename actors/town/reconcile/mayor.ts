/** The mayor is there while a person wants it to be: told of its session, and ended with it. */
import { exceeded, meterWords } from "../budgets/meters.ts";
import { MAYOR_AGENT } from "../kinds.ts";
import type { Finding, Rule, World } from "./world.ts";

export const mayor: Rule = world => {
  const { mayor: wanted } = world;
  const told = world.agents.get(MAYOR_AGENT)?.told;
  const spent = overBudget(world);
  if (told !== undefined && told.stop === undefined) {
    const why = !wanted.wanted ? (wanted.reason ?? "nobody wants it any more") : spent;
    if (why === undefined) return replaced(world, told.attempt);
    const reason = `the mayor's session ends: ${why}`;
    return [{ reason, action: { type: "stop_agent", agent: MAYOR_AGENT, reason: why } }];
  }
  if (!wanted.wanted || told !== undefined || spent !== undefined || world.frozen.has(MAYOR_AGENT)) return [];
  const at = wanted.not_before === undefined ? 0 : Date.parse(wanted.not_before);
  if (at > world.now)
    return [{ reason: "the mayor's next session begins then", action: { type: "wake_at", at } }];
  return [
    {
      reason: `the mayor is wanted, and session ${wanted.session} has not begun`,
      action: { type: "tell_mayor" },
    },
  ];
};

/** A newer session ends the one that runs. */
function replaced({ mayor: { session }, frozen }: World, attempt: number): Finding[] {
  if (attempt === session || frozen.has(MAYOR_AGENT)) return [];
  return [
    {
      reason: `the mayor is at session ${attempt}, and ${session} was asked for`,
      action: { type: "tell_mayor" },
    },
  ];
}

/** The mayor spends what the town has: with that used up it waits, as work does. */
function overBudget({ budgets }: World): string | undefined {
  for (const gauge of budgets) {
    if (gauge.scope !== "town") continue;
    const [first] = exceeded(gauge, true);
    if (first !== undefined) return `the budget of the town is used up: ${meterWords(first)}`;
  }
  return undefined;
}
