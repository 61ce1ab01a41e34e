/**
 * Asking agents whether they are at the job that they were given. Messages are durable and this finds nothing as long as
 * all goes well; but a message can be given up, and storage can be lost, and then a bead must not be held for ever.
 */
import { agentActor } from "../kinds.ts";
import { PATROL_MS } from "../limits.ts";
import type { TownTurn } from "../town-turn.ts";
import { type AgentRecord, activeMs } from "./record.ts";

const TIMER = "patrol";

/** Asks one agent: it says what it does, or that it has lost the job. */
export function askAgent(ctx: TownTurn, { id, told }: AgentRecord): void {
  const job = told === undefined ? {} : { job: told.job, attempt: told.attempt };
  ctx.turn.send(agentActor(ctx.town, id), "wake", { by: "town", ...job });
}

/** Asks all that have a job for a while already. */
export function patrol(ctx: TownTurn): void {
  for (const agent of ctx.agents.values()) {
    if (activeMs(agent, ctx.now) >= PATROL_MS) askAgent(ctx, agent);
  }
}

/** Arms the next patrol while somebody has a job; at round times, so that arming it again changes nothing. */
export function armPatrol(ctx: TownTurn): void {
  const busy = [...ctx.agents.values()].some(agent => agent.told !== undefined);
  if (busy) ctx.turn.schedule(TIMER, (Math.floor(ctx.now / PATROL_MS) + 1) * PATROL_MS, "patrol");
  else ctx.turn.unschedule(TIMER);
}
