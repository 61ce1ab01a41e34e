/** What a town keeps in its own storage: observations of agents, and the failures that the breaker and the thresholds count. */
import type { Turn } from "../kernel/actor.ts";
import { AGENT_KEY, type AgentRecord } from "./agents/record.ts";
import { agentWindowMs } from "./escalations/agents.ts";
import { BREAKER_WINDOW_MS } from "./limits.ts";
import type { FailedAttempt, TownMemory, TownTurn } from "./town-turn.ts";

const FAILURES_KEY = "failures";
/** More than the breaker needs is not kept. */
const MAX_FAILURES = 200;

/** The memory as stored. */
export async function loadMemory(turn: Turn): Promise<TownMemory> {
  const rows = await turn.list<AgentRecord>(AGENT_KEY);
  const failures = (await turn.get<FailedAttempt[]>(FAILURES_KEY)) ?? [];
  return { agents: new Map(rows.map(([, record]) => [record.id, record])), failures };
}

/** Stores what the turn added; records of agents are stored as they change. */
export function saveMemory(turn: Turn, memory: TownMemory, ctx: TownTurn): void {
  if (ctx.failures === memory.failures) return;
  const window = Math.max(BREAKER_WINDOW_MS, agentWindowMs(ctx));
  const recent = ctx.failures.filter(({ at }) => at > ctx.now - window).slice(-MAX_FAILURES);
  memory.failures = recent;
  turn.set(FAILURES_KEY, recent);
}
