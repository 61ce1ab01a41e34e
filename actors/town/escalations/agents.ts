/** Escalations about agents: one that cannot be kept up, and one of which too many attempts fail. */
import type { Released } from "../methods.ts";
import type { FailedAttempt, TownTurn } from "../town-turn.ts";
import { escalationSettings } from "./notify.ts";
import { raiseEscalation } from "./raise.ts";
import { resolveStanding } from "./settle.ts";

/** How the run of an agent ended: given up by its supervisor is escalated, and the next run that holds settles that. */
export function observeHealth(
  ctx: TownTurn,
  agent: string,
  bead: string,
  { outcome, ...end }: Released,
): void {
  if (end.given_up === true) {
    raiseEscalation(ctx, {
      severity: "high",
      category: "lifecycle",
      source: agent,
      by: "town",
      title: `${agent} was given up: its sandbox went down again and again`,
      text: `It was at ${bead}. Last: ${end.reason}\n\nThe bead is tried again by itself. See \`gt agents\` and \`gt log\`; a run of it that holds settles this.`,
    });
  } else if (outcome === "done" || outcome === "failed") {
    resolveStanding(ctx, agent, "lifecycle", `a run of ${agent} held`);
  }
}

/** Escalates an agent of which as many attempts failed within the window as the settings say. */
export function noteAgentFailure(ctx: TownTurn, agent: string, reason: string): void {
  const { agent_failures: most } = escalationSettings(ctx);
  const found = counted(ctx, agent);
  if (most === 0 || found.length < most) return;
  const beads = [...new Set(found.map(({ bead }) => bead))];
  const minutes = Math.round(agentWindowMs(ctx) / 60_000);
  raiseEscalation(ctx, {
    severity: "high",
    category: "failed",
    source: agent,
    by: "town",
    title: `${agent} failed ${found.length} times within ${minutes} minutes`,
    text: `Beads: ${beads.join(", ")}. The last: ${reason}\n\n\`gt estop --agent ${agent}\` keeps it from other work. It settles with a bead of it that is merged, or when no more fail.`,
  });
}

/** Work of the agent was merged: what failed before counts against it no more. */
export function forgiveAgent(ctx: TownTurn, agent: string): void {
  if (!ctx.failures.some(failure => failure.agent === agent)) return;
  ctx.failures = ctx.failures.map(
    ({ bead, at, agent: whose }): FailedAttempt =>
      whose === undefined || whose === agent ? { bead, at } : { bead, at, agent: whose },
  );
}

/** When the last failure that counts against the agent is too old to, epoch milliseconds; undefined when none does. */
export function countsUntil(ctx: TownTurn, agent: string): number | undefined {
  const last = counted(ctx, agent).at(-1);
  return last === undefined ? undefined : last.at + agentWindowMs(ctx);
}

/** For how long a failure counts against its agent, in milliseconds. */
export function agentWindowMs(ctx: TownTurn): number {
  return escalationSettings(ctx).agent_failures_window_s * 1_000;
}

function counted(ctx: TownTurn, agent: string): FailedAttempt[] {
  const since = ctx.now - agentWindowMs(ctx);
  return ctx.failures.filter(failure => failure.agent === agent && failure.at > since);
}
