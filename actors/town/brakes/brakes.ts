/** The town's brakes: pause, drain, the breaker, and the emergency stop of everything or of one agent. */
import { AppError } from "../../../store/schema/errors.ts";
import type { Still, TownRecord } from "../../../store/schema/satellite.ts";
import type { Brake } from "../../../store/schema/views.ts";
import { raiseEscalation } from "../escalations/raise.ts";
import { agentActor, splitAgent } from "../kinds.ts";
import { BREAKER_WINDOW_MS } from "../limits.ts";
import type { TownTurn } from "../town-turn.ts";

/** What keeps new work from starting now; an emergency stop is a pause of all. */
export function pausedNow(settings: TownRecord): TownRecord["paused"] {
  const { estop, paused } = settings;
  if (estop === undefined) return paused;
  return { ...estop, reason: `emergency stop: ${estop.reason}`, scope: "all", kind: "pause" };
}

/** Agents that are to stand still, of those with these ids, and by whose order. */
export function frozenAgents(settings: TownRecord, ids: Iterable<string>): Map<string, Still> {
  const found = new Map(Object.entries(settings.frozen ?? {}));
  if (settings.estop !== undefined) for (const id of ids) found.set(id, settings.estop);
  return found;
}

/** As people see it; undefined while work starts. */
export function brakeOf(ctx: TownTurn): Brake | undefined {
  const { estop, paused } = ctx.settings;
  const held = estop ?? paused;
  if (held === undefined) return undefined;
  const { at, by, reason } = held;
  const running = [...ctx.agents.values()]
    .filter(({ told }) => told !== undefined && (estop !== undefined || told.kind !== "session"))
    .map(({ id }) => id);
  const common = { at, by, reason, running: running.sort() };
  if (estop !== undefined) return { kind: "estop", scope: "all", ...common };
  const drained = paused?.drained_at;
  return {
    kind: paused?.kind ?? "pause",
    scope: paused?.scope ?? "all",
    ...common,
    ...(drained === undefined ? {} : { drained_at: drained }),
  };
}

/** Nothing new starts until somebody resumes; what runs goes on. */
export function pause(ctx: TownTurn, by: string, reason: string): void {
  const { paused } = ctx.settings;
  if (paused?.scope === "all" && (paused.kind ?? "pause") === "pause") return;
  ctx.setSettings({ paused: { at: ctx.nowText, by, reason, scope: "all", kind: "pause" } });
  ctx.say("town.paused", `${by} pauses the town: ${reason}`, { level: "warn" });
}

/** As {@link pause}; when the last run has ended the town says that it is drained. */
export function drain(ctx: TownTurn, by: string, reason: string): void {
  if (ctx.settings.paused?.kind === "drain") return;
  ctx.setSettings({ paused: { at: ctx.nowText, by, reason, scope: "all", kind: "drain" } });
  ctx.say("town.draining", `${by} drains the town: ${reason}`, { level: "warn" });
}

/** Nobody is at anything any more. */
export function drained(ctx: TownTurn): void {
  const { paused } = ctx.settings;
  if (paused?.kind !== "drain" || paused.drained_at !== undefined) return;
  ctx.setSettings({ paused: { ...paused, drained_at: ctx.nowText } });
  ctx.say("town.drained", "The town is drained: nothing runs, and nothing starts until `gt resume`", {
    level: "good",
  });
}

/** Everything stands still now. Asking again changes nothing. */
export function stopAll(ctx: TownTurn, by: string, reason: string): void {
  if (ctx.settings.estop !== undefined) return;
  ctx.setSettings({ estop: { at: ctx.nowText, by, reason } });
  ctx.say("town.estop", `${by} stops everything where it is: ${reason}. \`gt thaw\` lets it go on`, {
    level: "error",
  });
}

/** One agent stands still now, and gets no other work. */
export function stopOne(ctx: TownTurn, agent: string, by: string, reason: string): void {
  const { rig } = splitAgent(agent);
  const { frozen = {} } = ctx.settings;
  if (frozen[agent] !== undefined) return;
  ctx.setSettings({ frozen: { ...frozen, [agent]: { at: ctx.nowText, by, reason } } });
  ctx.say("agent.estop", `${by} stops ${agent} where it is: ${reason}`, { rig, agent, level: "warn" });
}

/** Everything goes on that an emergency stop holds; an agent that was stopped by itself stays so. */
export function goOn(ctx: TownTurn, by: string): void {
  if (ctx.settings.estop === undefined) return;
  ctx.setSettings({ estop: undefined });
  ctx.say("town.thawed", `${by} ends the emergency stop`);
}

/** @throws {AppError} precondition_failed while everything is stopped */
export function goOnOne(ctx: TownTurn, agent: string, by: string): void {
  const { rig } = splitAgent(agent);
  const { frozen = {}, estop } = ctx.settings;
  if (estop !== undefined) {
    throw new AppError(
      "precondition_failed",
      `${agent} stands still with everything else: ${estop.reason}.`,
      {
        hint: "`gt thaw` without --agent ends the emergency stop.",
      },
    );
  }
  const { [agent]: order, ...others } = frozen;
  if (order === undefined) return;
  ctx.setSettings({ frozen: Object.keys(others).length === 0 ? undefined : others });
  ctx.say("agent.thawed", `${by} lets ${agent} go on`, { rig, agent });
}

/** Sends the order to an agent. */
export function freezeAgent(ctx: TownTurn, id: string, reason: string): void {
  const record = ctx.agents.get(id);
  if (record === undefined || record.frozen_at !== undefined) return;
  ctx.setAgent({ ...record, frozen_at: ctx.nowText });
  ctx.turn.send(agentActor(ctx.town, id), "freeze", { by: "town", reason: reason.slice(0, 500) });
}

/** Lets an agent go on; the time between does not count. */
export function thawAgent(ctx: TownTurn, id: string): void {
  const record = ctx.agents.get(id);
  if (record?.frozen_at === undefined) return;
  const { frozen_at, told, ...rest } = record;
  const still = ctx.now - Math.max(Date.parse(frozen_at), Date.parse(told?.at ?? frozen_at));
  const next = told === undefined ? {} : { told: { ...told, frozen_ms: (told.frozen_ms ?? 0) + still } };
  ctx.setAgent({ ...rest, ...next });
  ctx.turn.send(agentActor(ctx.town, id), "thaw", { by: "town" });
}

/** Too many beads fail: something else is broken. */
export function tripBreaker(ctx: TownTurn, beads: number): void {
  const reason = `${beads} beads failed within ${BREAKER_WINDOW_MS / 60_000} minutes`;
  ctx.setSettings({ paused: { at: ctx.nowText, by: "town", reason, scope: "dispatch", kind: "breaker" } });
  ctx.say("town.breaker", `Dispatch is paused: ${reason}. See why, then \`gt resume\``, { level: "error" });
  raiseEscalation(ctx, {
    severity: "critical",
    category: "breaker",
    source: "town",
    title: `Dispatch is paused: ${reason}`,
    text: "When many different beads fail at once, something else is broken. See why they failed, then `gt resume`.",
  });
}
