/** What the town does when budgets come to their ends, and how usage is written down. */
import type { Usage } from "../../../store/schema/budget.ts";
import { type AgentIdentity, readSatellite } from "../../../store/schema/satellite.ts";
import { stopAgent } from "../agents/assign.ts";
import type { AgentRecord } from "../agents/record.ts";
import { noteAttempt } from "../dispatch/attempts.ts";
import { takeBack } from "../dispatch/take-back.ts";
import { raiseEscalation } from "../escalations/raise.ts";
import { resolveStanding } from "../escalations/settle.ts";
import { agentBeadId } from "../kinds.ts";
import { nudge } from "../nudges/nudge.ts";
import type { TownTurn } from "../town-turn.ts";
import { book } from "./ledger.ts";
import { gauges, liveUsage } from "./meters.ts";
import { priceOf } from "./prices.ts";
import { most, NO_USAGE, sum } from "./usage.ts";

/** Attempts that an agent remembers. */
const MAX_RUNS_KEPT = 30;

/** Usage as sandboxes report it. */
export interface Reported {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number;
}

/** Takes a report in: totals of the attempt so far, so that an older or repeated one changes nothing. */
export function observeUsage(ctx: TownTurn, record: AgentRecord, reported: Reported): void {
  const { told } = record;
  if (told === undefined) return;
  const before = told.usage ?? NO_USAGE;
  const { input_tokens, output_tokens, cost_usd } = reported;
  // What the program itself says counts before any price.
  const usd = cost_usd > 0 ? cost_usd : priceOf(ctx, told.priced, reported);
  const usage = most(before, { ...NO_USAGE, input_tokens, output_tokens, usd });
  if (JSON.stringify(usage) === JSON.stringify(before)) return;
  ctx.setAgent({ ...record, told: { ...told, usage } });
  // Without a budget nothing is decided by it.
  if ((ctx.settings.budgeted ?? []).length > 0) ctx.look = true;
}

/** Writes down what the attempt of this agent used, on its bead and in the book of the day. */
export function bookAttempt(ctx: TownTurn, record: AgentRecord, outcome?: string): void {
  const { told } = record;
  if (told === undefined) return;
  const total = liveUsage(record, ctx.now);
  if (told.kind === "work") {
    noteUsage(ctx, told.job, told.attempt, total);
    if (outcome !== undefined)
      recordRun(ctx, record.id, {
        bead: told.job,
        attempt: told.attempt,
        at: ctx.nowText,
        outcome,
        used: total,
      });
  }
  if (told.kind !== "work" && total.input_tokens + total.output_tokens + total.usd === 0) return;
  book(ctx, [
    { key: `${told.job}#${told.attempt}`, bead: told.bead, rig: record.rig, agent: record.id, total },
  ]);
}

/** Adds to what an agent has behind it; the same attempt counts once. */
function recordRun(ctx: TownTurn, agent: string, run: NonNullable<AgentIdentity["runs"]>[number]): void {
  const bead = ctx.tx.get(agentBeadId(agent));
  const identity = bead && readSatellite(bead, "agent");
  if (bead === undefined || identity === undefined) return;
  const { runs = [], spent = NO_USAGE, failures = 0 } = identity;
  if (runs.some(one => one.bead === run.bead && one.attempt === run.attempt)) return;
  const failed = run.outcome !== "done" && run.outcome !== "stopped";
  const next = {
    ...identity,
    runs: [run, ...runs].slice(0, MAX_RUNS_KEPT),
    spent: sum([spent, run.used]),
    failures: failures + (failed ? 1 : 0),
  };
  ctx.update(bead.id, { metadata: { agent: next } });
}

function noteUsage(ctx: TownTurn, id: string, attempt: number, total: Usage): void {
  const bead = ctx.tx.get(id);
  if (bead === undefined || readSatellite(bead, "work") === undefined) return;
  const { input_tokens, output_tokens, usd, wall_s } = total;
  const tokens =
    input_tokens + output_tokens + usd === 0 ? {} : { input_tokens, output_tokens, cost_usd: usd };
  noteAttempt(ctx, bead, attempt, { ...tokens, wall_s });
}

/** Says that a budget is warned of or used up, once; or that it has room again. */
export function sayBudget(
  ctx: TownTurn,
  { budget: holder, id, said, text }: { budget: string; id: string; said: readonly string[]; text: string },
): void {
  const bead = ctx.tx.get(holder);
  const budget = bead && readSatellite(bead, "budget");
  if (bead === undefined || budget === undefined) return;
  const news = said.filter(word => !budget.said.includes(word));
  ctx.update(holder, { metadata: { budget: { ...budget, said: [...said] } } });
  const about = ctx.rigs.has(id) ? { rig: id } : id === "town" ? {} : { bead: id };
  const over = said.some(word => word.endsWith("/over"));
  if (news.length > 0) {
    const words = over ? "is used up" : `is used to ${Math.round(budget.warn_at * 100)} %`;
    ctx.say(over ? "budget.over" : "budget.warning", `The budget of ${id} ${words}: ${text}`, {
      ...about,
      level: over ? "error" : "warn",
    });
    raiseEscalation(ctx, {
      severity: over ? "high" : "low",
      category: "budget",
      source: id,
      title: `The budget of ${id} ${words}`,
      text: `${text}. What is done so far is kept; \`gt budget set ${id}\` raises it, and work goes on from there.`,
    });
    if (!over) warnAgents(ctx, id, text);
  } else if (said.length === 0) {
    ctx.say("budget.room", `The budget of ${id} has room again`, { ...about, level: "good" });
    resolveStanding(ctx, id, "budget", "the budget has room again");
  }
}

function warnAgents(ctx: TownTurn, id: string, text: string): void {
  for (const agent of gauges(ctx).find(gauge => gauge.id === id)?.running ?? []) {
    nudge(ctx, {
      agent,
      from: "town",
      key: `budget/${id}`,
      text: `The budget of ${id} is nearly used up (${text}). Commit what you have, and submit as soon as it is whole.`,
    });
  }
}

/** Ends an attempt that its budget no longer carries: not a failure, the try is given back, and the work is kept. */
export function endOverBudget(
  ctx: TownTurn,
  id: string,
  attempt: number,
  budget: string,
  text: string,
): void {
  const bead = ctx.tx.get(id);
  const work = bead && readSatellite(bead, "work");
  const agent = work?.lease?.agent;
  if (bead === undefined || work === undefined || agent === undefined || work.attempt !== attempt) return;
  const record = ctx.agents.get(agent);
  if (record !== undefined) bookAttempt(ctx, record);
  const open = takeBack(ctx, ctx.tx.require(id));
  ctx.setWork(open, { over_budget: { at: ctx.nowText, budget, text } });
  ctx.comment(id, `Attempt ${attempt} was ended: ${text}. What it did so far is kept.`, "town");
  ctx.say("bead.over_budget", `${id} is over budget: ${text}`, {
    bead: id,
    rig: work.rig,
    agent,
    level: "error",
  });
  const now = ctx.agents.get(agent);
  if (now !== undefined) stopAgent(ctx, now, text);
}
