/** Agents stand still or go on as people ordered, and a drain says when the last run has ended. */
import type { AgentRecord } from "../agents/record.ts";
import type { Finding, Rule } from "./world.ts";

export const brakes: Rule = world => {
  const findings = [...world.agents.values()].flatMap((agent): Finding[] => {
    const order = world.frozen.get(agent.id);
    if (order !== undefined && agent.frozen_at === undefined && mayRun(agent)) {
      const reason = `${agent.id} is to stand still: ${order.reason}`;
      return [{ reason, action: { type: "freeze_agent", agent: agent.id, reason: order.reason } }];
    }
    if (order === undefined && agent.frozen_at !== undefined) {
      return [{ reason: `${agent.id} may go on`, action: { type: "thaw_agent", agent: agent.id } }];
    }
    return [];
  });
  const { paused } = world;
  // A session never ends by itself: it works on nothing, and nothing waits for it.
  const running = [...world.agents.values()].filter(
    agent => agent.told !== undefined && agent.told.kind !== "session",
  );
  if (paused?.kind === "drain" && paused.drained_at === undefined && running.length === 0) {
    findings.push({ reason: "nobody is at anything any more", action: { type: "drained" } });
  }
  return findings;
};

/** True when it may have a process: it was given a job, or says that it is at something. */
function mayRun({ told, status }: AgentRecord): boolean {
  return told !== undefined || status.state !== "idle";
}
