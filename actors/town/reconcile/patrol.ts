/** The witness: what is the matter with agents at work, tier by tier, each once. */
import { judge, limitsOf, news } from "../patrol/judge.ts";
import type { Finding, Rule, World } from "./world.ts";

export const patrol: Rule = world => [...overTriage(world), ...found(world)];

/** Nobody has to look at what is over; and what is open keeps others from being asked for. */
function overTriage({ triage }: World): Finding[] {
  return triage.flatMap(({ id, over }): Finding[] =>
    over === undefined
      ? []
      : [{ reason: `${id}: ${over}`, action: { type: "settle_triage", request: id, reason: over } }],
  );
}

function found(world: World): Finding[] {
  return [...world.agents.values()].flatMap((agent): Finding[] => {
    const { told, status } = agent;
    const watch = told?.watch;
    if (told?.kind !== "work" || watch === undefined || told.stop !== undefined || told.done === true)
      return [];
    const item = world.leased.find(({ bead, work }) => bead.id === told.job && work.attempt === told.attempt);
    // Submitted work is out of its hands.
    if (item === undefined || item.bead.status === "in_review" || world.frozen.has(agent.id)) return [];
    const limits = limitsOf(world.rigs.get(agent.rig)?.settings.patrol, world.patrol);
    return news(watch, judge(watch, status, limits)).map(finding => ({
      reason: `${agent.id} on ${told.job} is ${finding.kind}: ${finding.text}`,
      action: { type: "patrol", agent: agent.id, job: told.job, attempt: told.attempt, ...finding },
    }));
  });
}
