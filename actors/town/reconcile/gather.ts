/** Reads the world that the rules look at: only what is live, so that a town with many idle beads costs little. */
import type { Bead } from "../../../store/schema/bead.ts";
import { NO_POLECAT_TYPES } from "../../../store/schema/bead-words.ts";
import { HELD_LABEL, readSatellite, SLUNG_LABEL } from "../../../store/schema/satellite.ts";
import { LIVE_MERGE_STATUSES } from "../../states/merge-request.ts";
import { LEASED_STATUSES } from "../../states/work.ts";
import { frozenAgents, pausedNow } from "../brakes/brakes.ts";
import { exceeded, gauges } from "../budgets/meters.ts";
import { isMerged, memberIds } from "../convoys/members.ts";
import { strandedMembers } from "../convoys/stranded.ts";
import { escalationItems } from "../escalations/items.ts";
import { HQ_PREFIX, prefixOf } from "../kinds.ts";
import { mailItems } from "../mail/items.ts";
import { mayorRecord } from "../mayor/record.ts";
import { openGates, openMolecules } from "../molecules/gather.ts";
import { triageItems } from "../patrol/acts.ts";
import { unlanded } from "../refinery/integration.ts";
import type { TownTurn } from "../town-turn.ts";
import { busyPolecats } from "./dispatch.ts";
import type { ConvoyItem, MergeItem, WorkItem, World } from "./world.ts";

/** Conditions of {@link readyWork} besides being ready. */
export interface ReadyFilter {
  readonly prefix?: string;
  readonly labels?: readonly string[];
  readonly excludeLabels?: readonly string[];
}

const PRIORITIES = [0, 1, 2, 3, 4];

export function gather(ctx: TownTurn): World {
  // By status alone: the beads that carry the label are many more than those at work.
  const leased = ctx
    .query({ status: LEASED_STATUSES })
    .filter(bead => bead.labels?.includes(SLUNG_LABEL))
    .flatMap(bead => item(bead))
    .sort((a, b) => (a.bead.id < b.bead.id ? -1 : 1));
  const merges = ctx.query({ type: ["merge-request"], status: LIVE_MERGE_STATUSES }).flatMap(bead => {
    const request = readSatellite(bead, "merge_request");
    const found: MergeItem[] =
      request === undefined ? [] : [{ bead, request, source: ctx.tx.get(request.source) }];
    return found;
  });
  const { settings } = ctx;
  const paused = pausedNow(settings);
  const budgets = gauges(ctx);
  const base = { agents: ctx.agents, leased, maxPolecats: settings.max_polecats };
  return {
    ...base,
    now: ctx.now,
    paused,
    frozen: frozenAgents(settings, ctx.agents.keys()),
    mayor: mayorRecord(ctx),
    patrol: settings.patrol,
    rigs: ctx.rigs,
    prefixes: ctx.prefixes,
    merges,
    budgets,
    ready: paused === undefined ? startable(ctx, base, budgets) : [],
    convoys: ctx
      .query({ type: ["convoy"], category: ["active", "wip", "frozen"] })
      .map(bead => convoy(ctx, bead)),
    molecules: openMolecules(ctx),
    gates: openGates(ctx),
    jobs: jobs(ctx, leased, merges),
    failures: ctx.failures,
    escalations: escalationItems(ctx),
    triage: triageItems(ctx),
    mail: mailItems(ctx),
  };
}

/** Ready work, the most urgent first and then the oldest. */
export function readyWork(ctx: TownTurn, filter: ReadyFilter, limit: number): Bead[] {
  const found: Bead[] = [];
  for (const priority of PRIORITIES) {
    if (found.length >= limit) break;
    const query = { ...filter, priority: [priority], excludeType: NO_POLECAT_TYPES, sort: "oldest" as const };
    found.push(...ctx.tx.ready({ ...query, limit: limit - found.length }));
  }
  return found;
}

/** As many ready beads as there are free places, in every rig that has some. */
function startable(
  ctx: TownTurn,
  base: Pick<World, "agents" | "leased" | "maxPolecats">,
  budgets: World["budgets"],
): WorkItem[] {
  const spent = budgets.filter(gauge => exceeded(gauge, false).length > 0);
  if (spent.some(({ scope }) => scope === "town")) return [];
  // Beads that are over budget take no place in the page from those that are not.
  const overBudget = spent.reduce((count, gauge) => count + (gauge.covers?.size ?? 0), 0);
  const busy = busyPolecats(base);
  const places = base.maxPolecats - busy.size;
  if (places <= 0) return [];
  const free = new Map<string, number>();
  for (const rig of ctx.rigs.values()) {
    const inRig = [...busy].filter(id => id.startsWith(`${rig.name}/`)).length;
    if (spent.some(({ scope, id }) => scope === "rig" && id === rig.name)) continue;
    if (rig.state === "ready") free.set(rig.name, rig.settings.max_polecats - inRig);
  }
  const open = [...ctx.rigs.values()].filter(rig => (free.get(rig.name) ?? 0) > 0);
  if (open.length === 0) return [];
  const labels = [SLUNG_LABEL];
  const excludeLabels = [HELD_LABEL];
  const found = open.flatMap(rig => {
    const limit = Math.min(places, free.get(rig.name) ?? 0) + overBudget;
    return readyWork(ctx, { prefix: rig.prefix, labels, excludeLabels }, limit);
  });
  // Beads of the town itself that were slung to a rig: few, and of any rig.
  found.push(...readyWork(ctx, { prefix: HQ_PREFIX, labels, excludeLabels }, 200));
  return found.flatMap(item).sort(byUrgency);
}

function byUrgency(a: WorkItem, b: WorkItem): number {
  if (a.bead.priority !== b.bead.priority) return a.bead.priority - b.bead.priority;
  const [left, right] = [a.bead.created_at + a.bead.id, b.bead.created_at + b.bead.id];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A bead whose metadata cannot be read is left alone; `explain` names it. */
function item(bead: Bead): WorkItem[] {
  const work = readSatellite(bead, "work");
  return work === undefined ? [] : [{ bead, work }];
}

function convoy(ctx: TownTurn, bead: Bead): ConvoyItem {
  const ids = memberIds(bead);
  const found = ids.length === 0 ? [] : ctx.query({ ids });
  const members = found.map(member => ({ id: member.id, status: member.status, merged: isMerged(member) }));
  const hidden = ids.filter(id => !ctx.prefixes.has(prefixOf(id)));
  const record = readSatellite(bead, "convoy");
  const begun =
    record?.started_at !== undefined || found.some(member => member.labels?.includes(SLUNG_LABEL));
  return {
    bead,
    reported: record?.reported ?? [],
    members: [...members, ...hidden.map(id => ({ id, status: "unreachable", merged: false }))],
    // What cannot be seen may move.
    stranded: begun && hidden.length === 0 ? strandedMembers(ctx, found) : [],
    unlanded: unlanded(ctx, bead),
    strandedBefore: (record?.stranded ?? []).map(one => ({ bead: one.bead, reason: one.reason })),
  };
}

function jobs(ctx: TownTurn, leased: readonly WorkItem[], merges: readonly MergeItem[]): Map<string, Bead> {
  const ids = new Set<string>();
  for (const { request } of merges) if (request.blocker !== undefined) ids.add(request.blocker);
  for (const { told } of ctx.agents.values()) if (told !== undefined) ids.add(told.job);
  for (const { bead, work } of leased) {
    if (bead.status === "in_review" && work.merge_request !== undefined) ids.add(work.merge_request);
  }
  const known = new Map(leased.map(({ bead }) => [bead.id, bead]));
  const found = new Map<string, Bead>();
  for (const id of ids) {
    const bead = known.get(id) ?? ctx.tx.get(id);
    if (bead !== undefined) found.set(id, bead);
  }
  return found;
}
