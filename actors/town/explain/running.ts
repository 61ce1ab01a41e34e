/** Explains what only actors know: the container of an agent, and the words that wait for it. */
import { AppError } from "../../../store/schema/errors.ts";
import type { Explanation } from "../../../store/schema/explanation.ts";
import type { NudgeRow } from "../../agent/nudges/box.ts";
import type { ContainerInfo } from "../../container/run.ts";
import { type ContainerPhase, containerMachine } from "../../states/container.ts";
import { nudgeMachine } from "../../states/nudge.ts";
import { agentActor } from "../kinds.ts";
import type { TownTurn } from "../town-turn.ts";
import { oneAgent } from "../views/views.ts";
import { lifeOf } from "./life.ts";

const NUDGE_ID = /^[0-9a-z]{8,9}-[0-9a-z]{1,7}$/;

/** Of `container/<rig>/<name>`, or the name that the log has, `<town>/<rig>/<name>`. @throws {AppError} not_found */
export async function explainContainer(ctx: TownTurn, id: string): Promise<Explanation | undefined> {
  const [first, ...rest] = id.split("/");
  if (rest.length !== 2 || (first !== "container" && first !== ctx.town)) return undefined;
  const agent = oneAgent(ctx, rest.join("/")).id;
  // SAFETY: the container answers what its method says.
  const info = (await ctx.turn.call(
    { kind: "container", name: `${ctx.town}/${agent}` },
    "info",
    {},
  )) as ContainerInfo;
  const life = lifeOf(containerMachine, info.phase);
  return {
    id: `container/${agent}`,
    title: `The sandbox of ${agent}`,
    kind: "container",
    state: info.phase,
    since: info.since,
    owner: life.owner.who === "agent" ? { who: "agent", name: agent } : life.owner,
    why: [
      { text: whyOf(info), rule: `generation ${info.generation}` },
      ...(info.frozen === true ? [{ text: "it is to stand still", rule: "emergency stop" }] : []),
    ],
    next: [{ text: life.text }],
    hints: [`gt explain ${agent}`, ...(info.phase === "up" ? [`gt attach ${agent}`] : [])],
  };
}

function whyOf({ phase, run_id, job, generation }: ContainerInfo): string {
  if (generation === 0) return "nothing was run in it yet";
  const run = `run ${run_id}${job === "" ? "" : ` for ${job}`}`;
  const words: Readonly<Record<ContainerPhase, string>> = {
    idle: `${run} is over, and no other was asked for`,
    starting: `${run} is being started`,
    up: `${run} is live`,
    stopping: `${run} was asked to end`,
    releasing: `${run} has ended and is let go`,
  };
  return words[phase];
}

/** A nudge that waits. Undefined for what is no id of one. @throws {AppError} not_found for one that is over */
export async function explainNudge(ctx: TownTurn, id: string): Promise<Explanation | undefined> {
  if (!NUDGE_ID.test(id)) return undefined;
  for (const agent of ctx.agents.keys()) {
    // SAFETY: the agent answers what its method says.
    const rows = (await ctx.turn.call(agentActor(ctx.town, agent), "nudges", {})) as NudgeRow[];
    const row = rows.find(({ nudge }) => nudge.id === id);
    if (row !== undefined) return explainRow(agent, row);
  }
  throw new AppError("not_found", `There is no bead "${id}" in ${ctx.town}, and no nudge of that id waits.`, {
    hint: "A nudge is gone when it was delivered or dropped; `gt feed` says which.",
    data: { id },
  });
}

function explainRow(agent: string, { nudge, state, reason, generation }: NudgeRow): Explanation {
  const life = lifeOf(nudgeMachine, state);
  const how = {
    "wait-idle": "it is typed when the agent is at a turn boundary",
    queue: "it comes with the agent's next prompt or prime",
    immediate: "it is typed as soon as there is a run to type into",
  }[nudge.mode];
  return {
    id: nudge.id,
    title: nudge.text.split("\n")[0]?.slice(0, 100) ?? "",
    kind: "nudge",
    state,
    since: nudge.at,
    owner: life.owner.who === "agent" ? { who: "agent", name: agent } : life.owner,
    why: [
      { text: `from ${nudge.from} to ${agent}: ${how}`, rule: nudge.mode },
      ...(generation === undefined ? [] : [{ text: `run ${generation} has it`, rule: "delivery" }]),
      ...(reason === undefined ? [] : [{ text: `last: ${reason}`, rule: "delivery" }]),
    ],
    next: [{ text: life.text }, { text: "it is dropped, and the town says so", at: nudge.expires_at }],
    hints: [`gt nudge ${agent}`, `gt explain ${agent}`],
  };
}
