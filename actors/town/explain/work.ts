/** Explains a bead that is work. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { Explanation } from "../../../store/schema/explanation.ts";
import { readSatellite, SLUNG_LABEL, type Work } from "../../../store/schema/satellite.ts";
import { freeWork, leasedWork } from "../../states/work.ts";
import { isLeased } from "../dispatch/take-back.ts";
import { MAX_TRIES } from "../limits.ts";
import type { World } from "../reconcile/world.ts";
import type { TownTurn } from "../town-turn.ts";
import { holdsOf } from "./holds.ts";
import { type Draft, lifeOf } from "./life.ts";
import { explainMergeRequest } from "./merges.ts";

/** Looks only. */
export function explainWork(ctx: TownTurn, world: World, bead: Bead): Draft {
  const work = readSatellite(bead, "work");
  const slung = bead.labels?.includes(SLUNG_LABEL) === true;
  const leased = isLeased(bead);
  const life = lifeOf(slung || leased ? leasedWork : freeWork, bead.status);
  const draft: Draft = {
    kind: "bead",
    state: bead.status,
    owner: life.owner,
    why: [],
    next: [{ text: life.text }],
    hints: [],
    ...(bead.updated_at === undefined ? {} : { since: bead.updated_at }),
  };
  if (slung && work === undefined) {
    return {
      ...draft,
      owner: { who: "person" },
      why: [{ text: "metadata.work cannot be read", rule: "metadata" }],
    };
  }
  if (work === undefined) return free(draft, bead);
  if (bead.status === "in_review" && leased) return inReview(ctx, draft, world, work);
  if (leased) return underway(draft, world, work);
  if (bead.status === "open" && slung) return waiting(ctx, world, draft, bead, work);
  if (bead.status === "closed") return closed(draft, bead, work);
  if (bead.status === "failed") return failed(draft, bead, work);
  return free(draft, bead);
}

function waiting(ctx: TownTurn, world: World, draft: Draft, bead: Bead, work: Work): Draft {
  const holds = holdsOf(ctx, world, bead, work);
  const hints = holds.flatMap(({ hint }) => (hint === undefined ? [] : [hint]));
  if (holds.length > 0) {
    return {
      ...draft,
      owner: { who: holds[0]?.owner ?? "town" },
      state: holds[0]?.rule === "over budget" ? "over budget" : draft.state,
      why: holds.map(({ text, rule }) => ({ text, rule })),
      next: holds.map(({ until, at }) => ({ text: `when ${until}`, ...(at === undefined ? {} : { at }) })),
      hints,
    };
  }
  const text = `it is slung to ${work.rig}, and nothing keeps it: it gets the next free polecat`;
  return { ...draft, why: [{ text, rule: "dispatch" }], next: [{ text: "an agent takes it" }] };
}

/** Submitted: whoever has the next step of its merge request has that of the bead. */
function inReview(ctx: TownTurn, draft: Draft, world: World, work: Work): Draft {
  const id = work.merge_request;
  const request = id === undefined ? undefined : ctx.tx.get(id);
  const merge = request && explainMergeRequest(ctx, world, request, explainWork);
  const own = merge === undefined || merge.owner.who === "refinery";
  return {
    ...draft,
    owner: own ? { who: "refinery", name: `${work.rig}/refinery` } : merge.owner,
    why: [
      { text: `attempt ${work.attempt} by ${work.lease?.agent} was submitted as ${id}`, rule: "review" },
      ...(merge?.why.slice(1) ?? []),
    ],
    next: [{ text: `${id} is merged, and this bead closes with it; or it goes back to a worker` }],
    hints: [...(id === undefined ? [] : [`gt explain ${id}`]), ...(own ? [] : merge.hints.slice(0, -2))],
  };
}

function underway(draft: Draft, world: World, work: Work): Draft {
  const agent = work.lease?.agent;
  const told = agent === undefined ? undefined : world.agents.get(agent)?.told;
  const frozen = agent === undefined ? undefined : world.frozen.get(agent);
  const since = told?.at ?? work.lease?.at;
  const why: Explanation["why"] = [
    {
      text: `${agent} has attempt ${work.attempt} of it since ${since}; try ${work.tries} of ${MAX_TRIES}`,
      rule: "lease",
    },
  ];
  if (frozen !== undefined)
    why.unshift({ text: `${agent} stands still: ${frozen.reason}`, rule: "emergency stop" });
  return {
    ...draft,
    owner: frozen === undefined ? { who: "agent", name: agent ?? "" } : { who: "person" },
    why,
    hints: [...(frozen === undefined ? [] : ["gt thaw"]), `gt explain ${agent}`, `gt attach ${agent}`],
  };
}

function closed(draft: Draft, bead: Bead, work: Work): Draft {
  const text =
    work.merge_commit === undefined
      ? `it was closed without a merge: ${bead.close_reason ?? "no reason given"}`
      : `it was merged into ${work.target} as ${work.merge_commit}`;
  return {
    ...draft,
    why: [{ text, rule: "only a merge or a person closes" }],
    hints: [`gt bead reopen ${bead.id}`],
  };
}

function failed(draft: Draft, bead: Bead, work: Work): Draft {
  const last = work.last_failure;
  const why = `${work.tries} of ${MAX_TRIES} tries were used; the last failure (${last?.kind ?? "unknown"}): ${last?.text.slice(0, 500) ?? "none kept"}`;
  return {
    ...draft,
    why: [{ text: why, rule: "cap of tries" }],
    hints: [`gt bead reopen ${bead.id}`, `gt sling ${bead.id}`],
  };
}

function free(draft: Draft, bead: Bead): Draft {
  const who = bead.assignee === undefined ? "nobody" : bead.assignee;
  const why = [
    {
      text: `it is not slung, so the town leaves it alone; it is ${who}'s`,
      rule: "only slung work is dispatched",
    },
  ];
  return { ...draft, why, hints: bead.status === "open" ? [`gt sling ${bead.id}`] : [`gt show ${bead.id}`] };
}
