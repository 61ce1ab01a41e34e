/** Explains a merge request: what it waits for, and whose move it is. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { Explanation } from "../../../store/schema/explanation.ts";
import {
  type MergeRequest,
  type RigRecord,
  readSatellite,
  SLUNG_LABEL,
} from "../../../store/schema/satellite.ts";
import { mergeRequestMachine, mergeRequestState } from "../../states/merge-request.ts";
import { isDone } from "../../states/work.ts";
import { reviewerOf } from "../kinds.ts";
import type { World } from "../reconcile/world.ts";
import type { TownTurn } from "../town-turn.ts";
import { type Draft, lifeOf, unreadable } from "./life.ts";

/** Looks only. @param explain says of work whose move it is: of the rework that a merge request waits for; the town's when absent */
export function explainMergeRequest(
  ctx: TownTurn,
  world: World,
  bead: Bead,
  explain?: (ctx: TownTurn, world: World, work: Bead) => Draft,
): Draft {
  const state = mergeRequestState(bead.status);
  const life = lifeOf(mergeRequestMachine, state);
  const request = readSatellite(bead, "merge_request");
  if (request === undefined) return unreadable("merge request", state, "metadata.merge_request");
  const why: Draft["why"] = [
    {
      text: `${request.commits} commits of ${request.source}, attempt ${request.attempt} by ${request.agent}, for ${request.target}`,
      rule: "review",
    },
  ];
  if (request.reason !== undefined) why.push({ text: `last: ${request.reason.slice(0, 500)}`, rule: "run" });
  if (request.merge_commit !== undefined)
    why.push({ text: `merged as ${request.merge_commit}`, rule: "merge" });
  const next: Draft["next"] = [{ text: life.text }];
  const at = request.not_before;
  if (state === "queued" && at !== undefined && Date.parse(at) > world.now) {
    next.unshift({ text: `it is tried again after ${request.retries} runs without a result`, at });
  }
  const rig = world.rigs.get(request.rig);
  if (state === "queued") {
    if (world.paused?.scope === "all")
      why.push({ text: `merges are held: ${world.paused.reason}`, rule: "paused" });
    if (rig !== undefined && rig.state !== "ready")
      why.push({ text: `the rig ${rig.name} is ${rig.state}`, rule: "rig" });
    const running = world.merges.find(
      other => other.request.rig === request.rig && mergeRequestState(other.bead.status) === "merging",
    );
    if (running !== undefined)
      why.push({
        text: `${running.bead.id} is being merged: one run at a time in a rig`,
        rule: "merge-queue",
      });
  }
  const blocker = request.blocker === undefined ? undefined : ctx.tx.get(request.blocker);
  const open = blocker === undefined || isDone(blocker.status) ? undefined : blocker;
  const move = moveOf(rig, bead, request, open && { bead: open, draft: explain?.(ctx, world, open) });
  return {
    kind: "merge request",
    state,
    owner: move.owner ?? life.owner,
    since: bead.updated_at,
    why: [...why, ...move.why],
    next,
    hints: [...move.hints, `gt explain ${request.source}`, "gt mq list"],
  };
}

/** Whose move it is, where the state alone does not say so. */
interface Move {
  readonly owner?: Explanation["owner"];
  readonly why: Explanation["why"];
  readonly hints: readonly string[];
}

function moveOf(
  rig: RigRecord | undefined,
  { id, status }: Bead,
  request: MergeRequest,
  rework: { readonly bead: Bead; readonly draft: Draft | undefined } | undefined,
): Move {
  switch (mergeRequestState(status)) {
    case "blocked": {
      if (rework !== undefined) {
        const { bead, draft } = rework;
        const text = `it waits for ${bead.id} (${bead.status}): ${bead.title}`;
        const slung = bead.labels?.includes(SLUNG_LABEL) === true;
        const unslung = {
          text: `${bead.id} is not slung: nobody gets it`,
          rule: "only slung work is dispatched",
        };
        return {
          owner: slung ? (draft?.owner ?? { who: "town" }) : { who: "person" },
          why: [{ text, rule: "rework" }, ...(slung ? [] : [unslung])],
          hints: [...(draft?.hints ?? []), `gt explain ${bead.id}`],
        };
      }
      const text = "no rework is under way: a person decides how it goes on";
      const hints = [`gt mq show ${id}`, `gt mq retry ${id}`, `gt mq reject ${id} --reason TEXT`];
      return { owner: { who: "person" }, why: [{ text, rule: "blocked" }], hints };
    }
    case "reviewing":
      return { owner: { who: "agent", name: reviewerOf(request.rig) }, why: [], hints: [] };
    case "proposed": {
      const { pull } = request;
      if (pull === undefined) return { why: [], hints: [] };
      const why = [{ text: `it is pull request ${pull.number}: ${pull.url}`, rule: "pull request" }];
      const reviewers = pull.reviews === "required" || pull.reviews === "changes_requested";
      const byHand = rig?.settings.auto_merge === false;
      if (!reviewers && !byHand) return { why, hints: [] };
      return { owner: { who: "person" }, why, hints: [`gt mq show ${id}`] };
    }
    default:
      return { why: [], hints: [] };
  }
}
