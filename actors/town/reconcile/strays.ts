/** An agent whose job is no longer its own ends it: the bead was closed, taken back, or given to another. */
import type { Bead } from "../../../store/schema/bead.ts";
import { readSatellite, SLUNG_LABEL, type Work } from "../../../store/schema/satellite.ts";
import { mergeRequestState } from "../../states/merge-request.ts";
import { isDone } from "../../states/work.ts";
import type { Told } from "../agents/record.ts";
import { prefixOf } from "../kinds.ts";
import type { Finding, Rule, World } from "./world.ts";

export const strays: Rule = world => {
  const works = new Map(world.leased.map(({ bead, work }) => [bead, work]));
  return [...world.agents.values()].flatMap((agent): Finding[] => {
    const { told } = agent;
    if (told === undefined || told.stop !== undefined) return [];
    const bead = world.jobs.get(told.job);
    if (bead === undefined && !world.prefixes.has(prefixOf(told.job))) return [];
    const reason = why(world, told, agent.id, bead, bead && works.get(bead));
    return reason === undefined ? [] : [{ reason, action: { type: "stop_agent", agent: agent.id, reason } }];
  });
};

/** @param leased its record, where it was read already */
function why(
  world: World,
  told: Told,
  agent: string,
  bead: Bead | undefined,
  leased: Work | undefined,
): string | undefined {
  // A session has a rule of its own.
  if (told.kind === "session") return undefined;
  if (bead === undefined) return `${told.job} is gone`;
  if (told.kind === "review") {
    if (told.done === true) return undefined;
    const now = mergeRequestState(bead.status) === "reviewing";
    const mine = now && readSatellite(bead, "merge_request")?.run === told.attempt;
    return mine ? undefined : `${told.job} is not to be reviewed now`;
  }
  if (told.kind === "merge") {
    // Its result was taken in; it is about to end by itself.
    if (told.done === true) return undefined;
    if (othersInRun(world, told)) return undefined;
    if (mergeRequestState(bead.status) !== "merging") return `${told.job} is not to be merged now`;
    const run = readSatellite(bead, "merge_request")?.run;
    return run === told.attempt ? undefined : `${told.job} is at run ${run}, not ${told.attempt}`;
  }
  const work = leased ?? readSatellite(bead, "work");
  if (work === undefined) return `${told.job} cannot be read any more`;
  if (work.attempt !== told.attempt) return `${told.job} is at attempt ${work.attempt}, not ${told.attempt}`;
  // Submitted and merged faster than its process could end: it is about to.
  const over = work.merge_commit !== undefined || work.rework !== undefined;
  if (bead.status === "closed" && over) return undefined;
  if (isDone(bead.status)) return `${told.job} is ${bead.status}`;
  if (!bead.labels?.includes(SLUNG_LABEL)) return `${told.job} is no longer slung`;
  if (work.lease?.agent !== agent) return `${told.job} is no longer ${agent}'s`;
  return undefined;
}

/** True while others wait for their results of the same run, whatever became of the one that leads it. */
function othersInRun(world: World, { job, attempt }: Told): boolean {
  return world.merges.some(({ bead, request: { batch } }) => {
    const waits = mergeRequestState(bead.status) === "merging" && bead.id !== job;
    return waits && batch?.lead === job && batch.run === attempt;
  });
}
