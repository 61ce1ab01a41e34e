/** Why a thing is where it is, and what comes next. Nothing is changed. */
import type { Explanation, TownPlan } from "../../../store/schema/explanation.ts";
import { readSatellite, SLUNG_LABEL } from "../../../store/schema/satellite.ts";
import { isWorkType } from "../kinds.ts";
import { gather } from "../reconcile/gather.ts";
import { type Plan, reconcile } from "../reconcile/reconcile.ts";
import type { World } from "../reconcile/world.ts";
import type { TownTurn } from "../town-turn.ts";
import { oneAgent } from "../views/views.ts";
import { holdsOf } from "./holds.ts";
import type { Draft } from "./life.ts";
import { explainMergeRequest } from "./merges.ts";
import { explainAgent, explainConvoy, explainEscalation, explainRig } from "./others.ts";
import {
  explainGate,
  explainMessage,
  explainMolecule,
  explainRecord,
  explainStep,
  moleculeOfStep,
} from "./records.ts";
import { explainContainer, explainNudge } from "./running.ts";
import { explainWork } from "./work.ts";

/** Waiting beads that are named; the rest is counted. */
const MAX_WAITING = 50;

/** @param id of a bead, perhaps in part, an agent `<rig>/<name>`, its `container/<rig>/<name>`, a nudge, or the name of a rig. @throws {AppError} not_found, ambiguous */
export async function explainOne(ctx: TownTurn, id: string): Promise<Explanation> {
  const world = gather(ctx);
  const plan = reconcile(world);
  const found = await subject(ctx, world, id);
  return { ...found, next: [...planned(plan, found.id), ...found.next] };
}

/** What the town would do now, and what it waits for. */
export function explainTown(ctx: TownTurn): TownPlan {
  const world = gather(ctx);
  const plan = reconcile(world);
  const slung = ctx.query({ labels: [SLUNG_LABEL], category: ["active", "wip", "frozen"], sort: "oldest" });
  const errors = slung
    .filter(bead => readSatellite(bead, "work") === undefined)
    .map(bead => ({ rule: "metadata", message: `metadata.work of ${bead.id} cannot be read` }));
  const waiting: TownPlan["waiting"] = [];
  for (const bead of slung) {
    if (bead.status !== "open" || waiting.length >= MAX_WAITING) continue;
    const work = readSatellite(bead, "work");
    const hold = work === undefined ? undefined : holdsOf(ctx, world, bead, work)[0];
    if (hold === undefined) continue;
    const { text, at } = hold;
    waiting.push({ bead: bead.id, title: bead.title, text, ...(at === undefined ? {} : { at }) });
  }
  return {
    actions: plan.actions.map(({ rule, reason, action }) => ({ rule, reason, action })),
    errors: [...plan.errors.map(failure => ({ ...failure })), ...errors],
    waiting,
  };
}

async function subject(ctx: TownTurn, world: World, id: string): Promise<Explanation> {
  const rig = ctx.rigs.get(id);
  if (rig !== undefined) return { id, title: rig.git_url, ...explainRig(world, rig) };
  if (id.includes("/")) {
    const container = await explainContainer(ctx, id);
    if (container !== undefined) return container;
    const { id: full } = oneAgent(ctx, id);
    const record = ctx.agents.get(full);
    if (record !== undefined) return { id, title: record.role, ...explainAgent(world, record) };
  }
  const full = await ctx.resolve(id).catch(async (error: unknown) => {
    const nudge = await explainNudge(ctx, id);
    if (nudge === undefined) throw error;
    return nudge;
  });
  if (typeof full !== "string") return full;
  const bead = ctx.tx.require(full);
  const step = moleculeOfStep(ctx, bead);
  const agent = readSatellite(bead, "agent");
  const record = agent === undefined ? undefined : ctx.agents.get(`${agent.rig}/${agent.name}`);
  if (record !== undefined) return { id: record.id, title: record.role, ...explainAgent(world, record) };
  const own = readSatellite(bead, "rig");
  if (own !== undefined) return { id: own.name, title: own.git_url, ...explainRig(world, own) };
  const named = { id: bead.id, title: bead.title };
  const draft = ((): Draft => {
    switch (bead.issue_type) {
      case "merge-request":
        return explainMergeRequest(ctx, world, bead, explainWork);
      case "convoy":
        return explainConvoy(ctx, world, bead);
      case "escalation":
        return explainEscalation(bead);
      case "message":
        return explainMessage(bead);
      case "gate":
        return explainGate(ctx, bead);
      case "molecule":
        return explainMolecule(ctx, bead);
      default:
        if (step !== undefined) return explainStep(ctx, bead, step);
        return isWorkType(bead.issue_type)
          ? explainWork(ctx, world, bead)
          : explainRecord(bead, ctx.tx.blockers(bead.id));
    }
  })();
  return { ...named, ...draft };
}

/** What the rules would do about it at this moment. */
function planned(plan: Plan, id: string): Explanation["next"] {
  return plan.actions
    .filter(({ action }) => Object.values(action).includes(id))
    .map(({ rule, reason }) => ({ text: `now, by the rule ${rule}: ${reason}` }));
}
