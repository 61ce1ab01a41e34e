/** Explains what is neither work nor a merge nor a record: convoys, escalations, agents and rigs. */
import type { Bead } from "../../../store/schema/bead.ts";
import { type RigRecord, readSatellite } from "../../../store/schema/satellite.ts";
import { agentMachine } from "../../states/agent.ts";
import { convoyMachine } from "../../states/convoy.ts";
import { escalationMachine, escalationState } from "../../states/escalation.ts";
import { mergeRequestState } from "../../states/merge-request.ts";
import { type AgentRecord, activeMs } from "../agents/record.ts";
import { convoyView } from "../convoys/convoys.ts";
import { PATROL_MS } from "../limits.ts";
import type { World } from "../reconcile/world.ts";
import type { TownTurn } from "../town-turn.ts";
import { type Draft, lifeOf, unreadable } from "./life.ts";
import { explainMergeRequest } from "./merges.ts";

export function explainConvoy(ctx: TownTurn, world: World, bead: Bead): Draft {
  const view = convoyView(ctx, bead);
  const life = lifeOf(convoyMachine, view.state);
  const stranded = world.convoys.find(item => item.bead.id === bead.id)?.stranded ?? [];
  const why: Draft["why"] = [
    {
      text: `${view.merged} of ${view.total} beads are merged, ${view.failed} failed`,
      rule: "a convoy counts what is merged",
    },
    ...stranded.map(one => ({ text: `${one.bead} ${one.reason}`, rule: "stranded" })),
  ];
  const left = view.beads.filter(({ status }) => status !== "closed").slice(0, 10);
  const next = [
    { text: life.text },
    ...left.map(one => ({ text: `${one.id} is ${one.status}: ${one.title}` })),
  ];
  const landing = landingOf(ctx, world, bead);
  const owner = stranded.length > 0 ? { who: "person" as const } : (landing?.owner ?? life.owner);
  return {
    kind: "convoy",
    state: view.state,
    owner,
    since: bead.updated_at,
    why: [...why, ...(landing?.why ?? [])],
    next,
    hints: [...(landing?.hints ?? []), ...left.slice(0, 3).map(one => `gt explain ${one.id}`)],
  };
}

/** What keeps the branch of a convoy whose members are all in from landing: the merge request that is to land it. */
function landingOf(
  ctx: TownTurn,
  world: World,
  bead: Bead,
): Pick<Draft, "owner" | "why" | "hints"> | undefined {
  for (const branch of Object.values(readSatellite(bead, "convoy")?.integration ?? {})) {
    const request = branch.landing === undefined ? undefined : ctx.tx.get(branch.landing);
    if (request === undefined || branch.landed?.head === branch.head) continue;
    const { owner, why, hints } = explainMergeRequest(ctx, world, request);
    const rejected = mergeRequestState(request.status) === "rejected";
    const text = `${request.id} is to land its branch: ${rejected ? "it was turned down, and is not made again by itself" : request.status}`;
    return {
      owner: rejected ? { who: "person" } : owner,
      why: [{ text, rule: "landing" }, ...why.slice(1)],
      hints: rejected ? [`gt mq retry ${request.id}`] : hints.slice(0, -2),
    };
  }
  return undefined;
}

export function explainEscalation(bead: Bead): Draft {
  const state = escalationState(bead.status);
  const life = lifeOf(escalationMachine, state);
  const escalation = readSatellite(bead, "escalation");
  if (escalation === undefined) return unreadable("escalation", state, "metadata.escalation");
  const { severity, category, source, raised_by, acknowledged_by, next_at } = escalation;
  const why = [
    { text: `${severity}, ${category}: raised by ${raised_by} about ${source}`, rule: "escalation" },
    ...(acknowledged_by === undefined
      ? []
      : [{ text: `${acknowledged_by} has it in hand`, rule: "acknowledged" }]),
  ];
  const again = state === "raised" && next_at !== undefined;
  const next = [
    ...(again ? [{ text: "it is raised again, graver, when nobody acknowledges it", at: next_at }] : []),
    { text: life.text },
  ];
  const owner =
    state === "resolved"
      ? life.owner
      : { who: "person" as const, ...(acknowledged_by === undefined ? {} : { name: acknowledged_by }) };
  const hints =
    state === "resolved" ? [] : [`gt escalation ack ${bead.id}`, `gt escalation resolve ${bead.id}`];
  return { kind: "escalation", state, owner, since: bead.updated_at, why, next, hints };
}

export function explainAgent(world: World, record: AgentRecord): Draft {
  const { id, status, told } = record;
  const life = lifeOf(agentMachine, status.state);
  const order = world.frozen.get(id);
  const why: Draft["why"] = [];
  if (order !== undefined) {
    const words = status.frozen === undefined ? "is to stand still" : `stands still since ${status.frozen}`;
    why.push({ text: `it ${words}, ordered by ${order.by}: ${order.reason}`, rule: "emergency stop" });
  }
  if (told === undefined) why.push({ text: "it has no job", rule: "dispatch" });
  else {
    const minutes = Math.round(activeMs(record, world.now) / 60_000);
    why.push({
      text: `it was given ${told.job} (${told.title}), attempt ${told.attempt}, ${minutes} minutes of work ago`,
      rule: { work: "lease", merge: "merge-queue", review: "merge-queue", session: "mayor" }[told.kind],
    });
    if (told.stop !== undefined) why.push({ text: `it was asked to stop: ${told.stop}`, rule: "stop" });
  }
  if (status.activity !== undefined && told !== undefined) {
    why.push({
      text: `it seems ${status.activity.replaceAll("_", " ")}${status.detail === undefined ? "" : `: ${status.detail}`}`,
      rule: "activity",
    });
  }
  const next: Draft["next"] = [{ text: life.text }];
  if (told !== undefined && order === undefined) {
    next.push({
      text: "the patrol asks it whether it is at its job",
      at: new Date((Math.floor(world.now / PATROL_MS) + 1) * PATROL_MS).toISOString(),
    });
  }
  const waits = status.activity === "waiting_for_person" && told !== undefined;
  const owner =
    order !== undefined || waits
      ? { who: "person" as const }
      : told === undefined
        ? life.owner
        : { who: "agent" as const, name: id };
  const hints = [
    ...(order === undefined ? [] : ["gt thaw"]),
    ...(told === undefined ? [] : [`gt explain ${told.job}`, `gt attach ${id}`]),
    `gt explain container/${id}`,
    `gt agents show ${id}`,
  ];
  return { kind: "agent", state: status.state, owner, since: status.since, why, next, hints };
}

export function explainRig(world: World, rig: RigRecord): Draft {
  const here = [...world.agents.values()].filter(agent => agent.rig === rig.name && agent.told !== undefined);
  const merges = world.merges.filter(({ request }) => request.rig === rig.name);
  const why: Draft["why"] = [
    {
      text: `${count(here.length, "agent is", "agents are")} at work${here.length === 0 ? "" : ` (${here.map(agent => agent.id).join(", ")})`}, ${count(merges.length, "merge request is", "merge requests are")} open`,
      rule: `cap of the rig: ${rig.settings.max_polecats}`,
    },
  ];
  if (rig.reason !== undefined) why.unshift({ text: rig.reason, rule: rig.state });
  const words = {
    ready: "work that is slung to it is dispatched",
    adding: "its repository is cloned; a clone that nobody reports on is asked for again after two minutes",
    parked: "nothing starts until somebody unparks it; no deadline: a person parked it",
    failed: "somebody sees to its repository",
  }[rig.state];
  const owner = {
    who: rig.state === "ready" || rig.state === "adding" ? ("town" as const) : ("person" as const),
  };
  const hints = rig.state === "parked" ? [`gt rig unpark ${rig.name}`] : [`gt agents --rig ${rig.name}`];
  return { kind: "rig", state: rig.state, owner, why, next: [{ text: words }], hints };
}

function count(n: number, one: string, many: string): string {
  return `${n === 0 ? "no" : n} ${n === 1 ? one : many}`;
}
