/** A leased bead has an agent that knows of it: what a crash kept from being told is told again. */
import type { Finding, Rule } from "./world.ts";

export const leases: Rule = world =>
  world.leased.flatMap(({ bead, work }): Finding[] => {
    if (bead.status === "in_review") return [];
    const { lease } = work;
    if (lease === undefined) {
      // Somebody took it in hand himself; hooked alone means nothing without an agent.
      if (bead.status !== "hooked") return [];
      return [{ reason: `${bead.id} is hooked to nobody`, action: { type: "take_back", bead: bead.id } }];
    }
    // It would start what is to stand still; it is told when it may go on.
    if (world.frozen.has(lease.agent)) return [];
    const told = world.agents.get(lease.agent)?.told;
    if (told?.kind === "work" && told.job === bead.id && told.attempt === work.attempt) return [];
    if (told !== undefined && told.job !== bead.id && holds(world, told.job, lease.agent, told.attempt)) {
      return [
        {
          reason: `${lease.agent} holds ${told.job} and cannot work on ${bead.id} too`,
          action: { type: "take_back", bead: bead.id },
        },
      ];
    }
    return [
      {
        reason: `${lease.agent} has to be told of ${bead.id}, attempt ${work.attempt}`,
        action: { type: "tell_work", bead: bead.id },
      },
    ];
  });

function holds(world: Parameters<Rule>[0], id: string, agent: string, attempt: number): boolean {
  return world.leased.some(
    ({ bead, work }) => bead.id === id && work.lease?.agent === agent && work.attempt === attempt,
  );
}
