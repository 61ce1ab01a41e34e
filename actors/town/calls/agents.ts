/** What people do to agents. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { AgentView } from "../../../store/schema/views.ts";
import { stopAgent } from "../agents/assign.ts";
import type { AgentRecord } from "../agents/record.ts";
import { isLeased, takeBack, unsling } from "../dispatch/take-back.ts";
import { agentActor } from "../kinds.ts";
import { restartMayor, stopMayor } from "../mayor/session.ts";
import { burnMolecule } from "../molecules/finish.ts";
import { requeue } from "../refinery/outcome.ts";
import { membersOfRun } from "../refinery/run.ts";
import type { TownTurn } from "../town-turn.ts";
import { oneAgent } from "../views/views.ts";
import type { Args } from "./beads.ts";
import { peopleOnly } from "./who.ts";

/** Ends an agent's run; its bead is open again, and nobody else gets it until it is slung again. @throws {AppError} not_found */
export function stop(ctx: TownTurn, { by, agent, reason }: Args<"stopAgent">): AgentView {
  return end(ctx, by, agent, reason ?? `stopped by ${by}`, {
    free: bead => unsling(ctx, bead),
    onSession: () => stopMayor(ctx, by, reason ?? `stopped by ${by}`),
  });
}

/** Ends an agent's run; its bead goes to the next free one. @throws {AppError} not_found */
export function reset(ctx: TownTurn, { by, agent }: Args<"agentReset">): AgentView {
  return end(ctx, by, agent, `reset by ${by}`, {
    free: bead => {
      if (isLeased(bead)) burnMolecule(ctx, takeBack(ctx, bead));
    },
    onSession: () => restartMayor(ctx, by, {}),
  });
}

/** @throws {AppError} not_found; unavailable when no run is live */
export async function input(ctx: TownTurn, { by, agent, text, enter }: Args<"agentInput">): Promise<null> {
  peopleOnly(by, "type into terminals");
  oneAgent(ctx, agent);
  await ctx.turn.call(agentActor(ctx.town, agent), "input", { by, text, enter });
  return null;
}

function end(
  ctx: TownTurn,
  by: string,
  agent: string,
  reason: string,
  { free, onSession }: { readonly free: (bead: Bead) => void; readonly onSession: () => void },
): AgentView {
  peopleOnly(by, "stop agents");
  oneAgent(ctx, agent);
  const record = ctx.agents.get(agent);
  const { told } = record ?? {};
  if (record === undefined || told === undefined) return oneAgent(ctx, agent);
  const bead = ctx.tx.get(told.job);
  if (told.kind === "session") {
    onSession();
    return oneAgent(ctx, agent);
  }
  if (told.kind === "merge") {
    // The work is done and pushed; merging it is taken up again, if nobody pauses the town.
    for (const member of membersOfRun(ctx, told.job, told.attempt)) {
      requeue(ctx, member.bead, reason, { counts: false });
    }
  } else if (bead !== undefined && holds(bead, record)) {
    free(bead);
  }
  stopAgent(ctx, record, reason);
  return oneAgent(ctx, agent);
}

/** True while the bead is the agent's and not yet submitted. */
function holds(bead: Bead, record: AgentRecord): boolean {
  return (bead.status === "hooked" || bead.status === "in_progress") && bead.assignee === record.id;
}
