/** The town as a whole: settings, pause, and taking up what a crash left undone. */
import type { z } from "zod";
import { readSatellite, SLUNG_LABEL, type TownRecord } from "../../../store/schema/satellite.ts";
import { askAgent } from "../agents/patrol.ts";
import { newRecord } from "../agents/record.ts";
import * as brakes from "../brakes/brakes.ts";
import { pricesPatched } from "../budgets/prices.ts";
import { armAllDue, armDue } from "../dispatch/due.ts";
import { resolveStanding } from "../escalations/settle.ts";
import { refineryOf } from "../kinds.ts";
import type { townUpMethods } from "../methods.ts";
import { armForgeGates } from "../molecules/forge-gates.ts";
import { patrolPatched } from "../patrol/settings.ts";
import { recordCompleted } from "../refinery/outcome.ts";
import { armPulls } from "../refinery/pulls.ts";
import type { TownTurn } from "../town-turn.ts";
import type { Args } from "./beads.ts";
import { cloneAgain } from "./rigs.ts";
import { peopleOnly } from "./who.ts";

/** Merged requests whose record on the agent is looked after when the town wakes. */
const RECENT_MERGES = 50;

/** Nothing new starts until somebody resumes. */
export function pause(ctx: TownTurn, { by, reason }: Args<"pause">): void {
  peopleOnly(by, "pause the town");
  brakes.pause(ctx, by, reason);
}

/** Goes on, and forgives the failures that the breaker counted. */
export function resume(ctx: TownTurn, { by }: Args<"resume">): void {
  peopleOnly(by, "resume the town");
  ctx.failures = [];
  if (ctx.settings.paused === undefined) return;
  ctx.setSettings({ paused: undefined });
  resolveStanding(ctx, "town", "breaker", `${by} resumed the town`);
  ctx.say("town.resumed", `${by} resumes the town`);
}

/** @returns the settings after the change */
export function updateSettings(
  ctx: TownTurn,
  { by, patrol, prices, ...rest }: Args<"updateSettings">,
): TownRecord {
  peopleOnly(by, "change settings");
  const own = patrol === undefined ? undefined : patrolPatched(ctx.settings.patrol, patrol, undefined);
  const patch = {
    ...rest,
    ...(patrol === undefined ? {} : { patrol: own ?? null }),
    ...(prices === undefined ? {} : { prices: pricesPatched(ctx.settings.prices, prices) ?? null }),
  };
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  ctx.setSettings(Object.fromEntries(given.map(([key, value]) => [key, value ?? undefined])));
  ctx.say("town.settings", `${by} changes ${given.map(([key]) => key).join(", ")}`);
  return ctx.settings;
}

/** After a start of the host: agents say what they do, timers are armed, half-done additions go on. */
export function wake(ctx: TownTurn): void {
  const found = new Set<string>();
  for (const bead of ctx.query({ type: ["agent"] })) {
    const identity = readSatellite(bead, "agent");
    if (identity === undefined) continue;
    const id = `${identity.rig}/${identity.name}`;
    if (ctx.agents.has(id)) continue;
    ctx.setAgent(newRecord(id, identity.role, ctx.nowText, identity.completed_count));
    found.add(id);
  }
  for (const agent of ctx.agents.values()) {
    const quiet = agent.told === undefined && agent.status.state === "idle" && !found.has(agent.id);
    if (quiet) continue;
    askAgent(ctx, agent);
  }
  armAllDue(ctx);
  armPulls(ctx);
  armForgeGates(ctx);
  for (const rig of ctx.rigs.values()) cloneAgain(ctx, rig.name);
  for (const bead of ctx.query({
    type: ["merge-request"],
    status: ["closed"],
    sort: "updated",
    limit: RECENT_MERGES,
  })) {
    const request = readSatellite(bead, "merge_request");
    const source = request && ctx.tx.get(request.source);
    const commit = request?.merge_commit;
    if (request === undefined || source === undefined || commit === undefined) continue;
    // What was merged although it had been withdrawn is no work of the agent that counts.
    const counts = readSatellite(source, "work")?.merge_commit === commit;
    for (const agent of [...(counts ? [request.agent] : []), refineryOf(request.rig)])
      recordCompleted(ctx, agent, source, bead.id, commit);
  }
}

/** Beads that others changed: shown to those who watch, and looked at by the rules. */
export function beadsChanged(ctx: TownTurn, { ids }: z.infer<typeof townUpMethods.beadsChanged>): void {
  for (const id of ids) {
    ctx.touch(id);
    const bead = ctx.tx.get(id);
    if (bead?.labels?.includes(SLUNG_LABEL) && bead.status === "open") armDue(ctx, bead);
  }
}
