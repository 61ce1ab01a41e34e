/** What the town shows: read models, made of beads and records when asked for. */
import type { Bead } from "../../../store/schema/bead.ts";
import { NO_POLECAT_TYPES } from "../../../store/schema/bead-words.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { SEVERITIES } from "../../../store/schema/escalation.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import type {
  AgentView,
  BeadView,
  ConvoyView,
  MergeRequestView,
  TownView,
} from "../../../store/schema/views.ts";
import { LIVE_MERGE_STATUSES } from "../../states/merge-request.ts";
import { agentView } from "../agents/record.ts";
import { brakeOf, pausedNow } from "../brakes/brakes.ts";
import type { Args } from "../calls/beads.ts";
import { rigView } from "../calls/rigs.ts";
import { convoyView } from "../convoys/convoys.ts";
import { openEscalations } from "../escalations/raise.ts";
import { feedMeta } from "../feed.ts";
import { TOWN_TYPES } from "../kinds.ts";
import { MAYOR } from "../mail/addresses.ts";
import { openInbox } from "../mail/send.ts";
import { readyWork } from "../reconcile/gather.ts";
import { mergeRequestView, scored } from "../refinery/views.ts";
import type { TownTurn } from "../town-turn.ts";

/** Things of the past that a view of the whole town includes, of each kind. */
const RECENT = 50;
/** Beads that are looked at for `blocked`. */
const MAX_BLOCKED = 1_000;

/** The whole town. */
export async function townView(ctx: TownTurn, startedAt: string): Promise<TownView> {
  const paused = pausedNow(ctx.settings);
  const brake = brakeOf(ctx);
  const { seq } = await feedMeta(ctx.turn);
  return {
    name: ctx.town,
    seq,
    version: ctx.deps.version,
    started_at: startedAt,
    ...(paused === undefined ? {} : { paused: paused.reason }),
    ...(brake === undefined ? {} : { brake }),
    ...attention(ctx),
    rigs: [...ctx.rigs.values()].map(rig => rigView(ctx, rig)),
    agents: agentViews(ctx, undefined),
    convoys: convoyViews(ctx, RECENT),
    // As they are published when they change: without places in a queue, which move with time.
    merge_requests: mergeRequestBeads(ctx, RECENT).flatMap(bead => mergeRequestView(bead) ?? []),
    counts: await workCounts(ctx),
  };
}

/** What waits for people. */
function attention(ctx: TownTurn): Pick<TownView, "escalations" | "mail"> {
  const severities = openEscalations(ctx).map(bead => readSatellite(bead, "escalation")?.severity ?? "high");
  const worst = SEVERITIES.findLast(severity => severities.includes(severity));
  const mail = openInbox(ctx, MAYOR).length;
  return {
    ...(worst === undefined ? {} : { escalations: { open: severities.length, worst } }),
    ...(mail === 0 ? {} : { mail }),
  };
}

/** Number of work beads by status, this turn's changes included. */
export async function workCounts(ctx: TownTurn): Promise<Record<string, number>> {
  const counts = { ...(await ctx.committed.counts({ excludeType: NO_POLECAT_TYPES })) };
  for (const [status, by] of ctx.changed.counts) counts[status] = (counts[status] ?? 0) + by;
  return counts;
}

/** Agents in the order of rig and name. */
export function agentViews(ctx: TownTurn, rig: string | undefined): AgentView[] {
  return [...ctx.agents.values()]
    .filter(agent => rig === undefined || agent.rig === rig)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(agentView);
}

/** Open ones first, then the landed, newest first. */
export function convoyViews(ctx: TownTurn, landed: number): ConvoyView[] {
  const open = ctx.query({ type: ["convoy"], category: ["active", "wip", "frozen"], sort: "created" });
  const done = ctx.query({ type: ["convoy"], category: ["done"], sort: "updated", limit: landed });
  return [...open, ...done].map(convoy => convoyView(ctx, convoy));
}

/** What runs, then the queue in its order, then the rest, newest first. @throws {AppError} not_found for an unknown rig */
export function mergeRequestViews(ctx: TownTurn, rig: string | undefined, limit: number): MergeRequestView[] {
  if (rig !== undefined) ctx.rig(rig);
  return scored(ctx, mergeRequestBeads(ctx, rig === undefined ? limit : undefined))
    .filter(view => rig === undefined || view.rig === rig)
    .slice(0, limit);
}

/** Live ones first, then the rest, newest first. */
function mergeRequestBeads(ctx: TownTurn, limit: number | undefined): Bead[] {
  const base = { type: ["merge-request"], sort: "created" as const };
  const live = ctx.query({ ...base, status: LIVE_MERGE_STATUSES });
  const done = ctx.query({ ...base, category: ["done"], ...(limit === undefined ? {} : { limit }) });
  return [...live, ...done].slice(0, limit);
}

/** A bead with what the town knows about it. @throws {AppError} not_found, ambiguous */
export async function beadView(ctx: TownTurn, partial: string): Promise<BeadView> {
  const id = await ctx.resolve(partial);
  const bead = ctx.tx.require(id);
  const rig = ctx.rigOf(bead);
  const dependents = ctx.query({ dependsOn: id });
  return {
    bead,
    ...(rig === undefined ? {} : { rig: rig.name }),
    blocked_by: ctx.tx.blockers(id),
    dependents: dependents.map(other => ({
      id: other.id,
      type: other.dependencies?.find(edge => edge.depends_on_id === id)?.type ?? "related",
    })),
    merge_requests: dependents
      .filter(other => other.issue_type === "merge-request")
      .flatMap(other => mergeRequestView(other) ?? []),
    events: (await ctx.committed.events({ id, limit: 100 })).map(event => ({ ...event })),
  };
}

/** @throws {AppError} not_found for an unknown rig or parent */
export async function listBeads(ctx: TownTurn, args: Args<"beads">): Promise<Bead[]> {
  const { by: _by, rig, type, mail, parent, ...rest } = args;
  const hidden = mail ? TOWN_TYPES : [...TOWN_TYPES, "message"];
  const filter = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return ctx.query({
    ...filter,
    ...(rig === undefined ? {} : { prefix: ctx.rig(rig).prefix }),
    ...(type === undefined ? { excludeType: hidden } : { type }),
    ...(parent === undefined ? {} : { parent: await ctx.resolve(parent) }),
  });
}

/** Work that could be begun now; the most urgent first, then the oldest. @throws {AppError} not_found */
export function readyBeads(ctx: TownTurn, { rig, limit }: Args<"ready">): Bead[] {
  return readyWork(ctx, rig === undefined ? {} : { prefix: ctx.rig(rig).prefix }, limit);
}

/** Work that waits for other beads. @throws {AppError} not_found */
export async function blockedBeads(
  ctx: TownTurn,
  { rig, limit }: Args<"blocked">,
): Promise<{ bead: Bead; blocked_by: readonly string[] }[]> {
  const prefix = rig === undefined ? {} : { prefix: ctx.rig(rig).prefix };
  const found = await ctx.committed.blocked({ ...prefix, excludeType: NO_POLECAT_TYPES, limit: MAX_BLOCKED });
  return found.slice(0, limit).map(({ bead, blockedBy }) => ({ bead, blocked_by: blockedBy }));
}

/** @throws {AppError} not_found */
export function oneAgent(ctx: TownTurn, id: string): AgentView {
  const record = ctx.agents.get(id);
  if (record !== undefined) return agentView(record);
  const known = [...ctx.agents.keys()].sort();
  throw new AppError("not_found", `There is no agent "${id}" in ${ctx.town}.`, {
    hint:
      known.length === 0
        ? "Agents come with the first work that is slung."
        : `Agents here: ${known.slice(0, 20).join(", ")}.`,
    data: { agent: id },
  });
}
