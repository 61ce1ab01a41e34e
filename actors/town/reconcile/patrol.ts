/** The witness: what is the matter with agents at work, tier by tier, each once. */
import { judge, limitsOf, news } from "../patrol/judge.ts";
import type { Finding, Rule } from "./world.ts";

export const patrol: Rule = world =>
  [...world.agents.values()].flatMap((agent): Finding[] => {
    const { told, status } = agent;
    const watch = told?.watch;
    if (told?.kind !== "work" || watch === undefined || told.stop !== undefined || told.done === true)
      return [];
    const item = world.leased.find(({ bead, work }) => bead.id === told.job && work.attempt === told.attempt);
    // Submitted work is out of its hands.
    if (item === undefined || item.bead.status === "in_review" || world.frozen.has(agent.id)) return [];
    const limits = limitsOf(world.rigs.get(agent.rig)?.settings.patrol, world.patrol);
    return news(watch, judge(watch, status, limits)).map(found => ({
      reason: `${agent.id} on ${told.job} is ${found.kind}: ${found.text}`,
      action: { type: "patrol", agent: agent.id, job: told.job, attempt: told.attempt, ...found },
    }));
  });
