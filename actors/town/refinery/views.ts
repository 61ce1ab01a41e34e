/** Merge requests as people see them: with their place in the queue, and why it is theirs. */
import type { Bead } from "../../../store/schema/bead.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import type { MergeRequestView } from "../../../store/schema/views.ts";
import { mergeRequestState, mergeRequestStatus } from "../../states/merge-request.ts";
import { memberIds } from "../convoys/members.ts";
import type { TownTurn } from "../town-turn.ts";
import { membersOfRun } from "./run.ts";
import { inOrder } from "./score.ts";

const MINUTE_MS = 60_000;

/** Undefined for a bead that is no merge request, or cannot be read as one. */
export function mergeRequestView(bead: Bead): MergeRequestView | undefined {
  const request = readSatellite(bead, "merge_request");
  if (request === undefined) return undefined;
  const { source, rig, branch, target, head, agent, attempt, commits, retries } = request;
  const { merge_commit, reason, not_before, blocker, review, pull, kind, verified } = request;
  return {
    id: bead.id,
    bead: source,
    title: bead.title,
    rig,
    branch,
    target,
    head,
    state: mergeRequestState(bead.status),
    created_at: bead.created_at,
    agent,
    attempt,
    priority: bead.priority,
    commits,
    retries,
    gates: request.gates.map(({ name, ok, ms }) => ({ name, ok, ms })),
    ...(kind === undefined ? {} : { kind }),
    ...(verified === undefined ? {} : { verified_on: verified.base }),
    ...(merge_commit === undefined ? {} : { merge_commit }),
    ...(reason === undefined ? {} : { reason }),
    ...(not_before === undefined ? {} : { not_before }),
    ...(blocker === undefined ? {} : { blocker }),
    ...(review === undefined ? {} : { review: pick(review, ["verdict", "by", "text"]) }),
    ...(pull === undefined ? {} : { pull: pick(pull, ["number", "url", "state", "checks", "reviews"]) }),
  };
}

/**
 * What runs first, then the queue in its order, then the rest as given; those that are queued with their score and
 * place, those that are merged with the others of their run.
 */
export function scored(ctx: TownTurn, beads: readonly Bead[]): MergeRequestView[] {
  const places = queuePlaces(ctx);
  const views = beads.flatMap(bead => {
    const view = mergeRequestView(bead);
    return view === undefined ? [] : [{ ...view, ...places.get(bead.id), ...runOf(ctx, bead, view) }];
  });
  return views.sort((a, b) => rank(a) - rank(b));
}

function rank({ state, position }: MergeRequestView): number {
  if (state === "merged" || state === "rejected") return Number.MAX_SAFE_INTEGER;
  return position ?? 0;
}

type Place = Pick<MergeRequestView, "score" | "score_reasons" | "position">;

/** Score and place of everything that is queued, by id. */
function queuePlaces(ctx: TownTurn): Map<string, Place> {
  const convoys = new Map<string, number>();
  for (const convoy of ctx.query({ type: ["convoy"], category: ["active", "wip", "frozen"] })) {
    const since = Date.parse(convoy.created_at);
    for (const id of memberIds(convoy)) convoys.set(id, Math.min(since, convoys.get(id) ?? since));
  }
  const queued = ctx
    .query({ type: ["merge-request"], status: [mergeRequestStatus("queued")] })
    .flatMap(bead => {
      const request = readSatellite(bead, "merge_request");
      return request === undefined ? [] : [{ bead, request }];
    });
  const places = new Map<string, Place>();
  for (const rig of ctx.rigs.values()) {
    const maxWaitMs = rig.settings.max_wait_minutes * MINUTE_MS;
    const mine = queued.filter(({ request }) => request.rig === rig.name);
    const ordered = inOrder(mine, ({ request }) => ({
      now: ctx.now,
      convoySince: convoys.get(request.source),
      maxWaitMs,
    }));
    for (const [i, { bead, score }] of ordered.entries()) {
      const total = Math.round(score.total * 10) / 10;
      places.set(bead.id, { score: total, score_reasons: [...score.reasons], position: i + 1 });
    }
  }
  return places;
}

function runOf(
  ctx: TownTurn,
  bead: Bead,
  view: MergeRequestView,
): Pick<MergeRequestView, "batch" | "strategy"> {
  const strategy = ctx.rigs.get(view.rig)?.settings.merge_strategy;
  const told = strategy === undefined ? {} : { strategy };
  const batch = view.state === "merging" ? readSatellite(bead, "merge_request")?.batch : undefined;
  if (batch === undefined) return told;
  const others = membersOfRun(ctx, batch.lead, batch.run).filter(({ bead: { id } }) => id !== bead.id);
  return others.length === 0 ? told : { ...told, batch: others.map(({ bead: { id } }) => id) };
}

function pick<T extends object, K extends keyof T>(value: T, keys: readonly K[]): Pick<T, K> {
  const entries = keys.flatMap(key => (value[key] === undefined ? [] : [[key, value[key]] as const]));
  // SAFETY: the entries are members of the value under the keys that were asked for.
  return Object.fromEntries(entries) as Pick<T, K>;
}
