/** What holds between any two steps, of all beads together. */
import { mergeRequestState } from "../../actors/states/merge-request.ts";
import type { FakeRun } from "../../actors/testing/fake-sandboxes.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { readSatellite, SLUNG_LABEL } from "../../store/schema/satellite.ts";
import type { Sim } from "./sim.ts";
import { checkRunning } from "./spending.ts";
import { checkNudges } from "./words.ts";

/** What was looked at last; nothing is looked at twice. */
const LOOKED = new WeakMap<Sim, { commits: number; idle: boolean }>();

/** How long a run may go on that nobody wants any more, while nothing stands in the way of stopping it. */
const MAX_UNWANTED_MS = 15 * 60_000;

/** Since when runs are not wanted, in time that passed. */
const UNWANTED = new WeakMap<FakeRun, number>();

/** @returns what does not hold */
export function checkStep(sim: Sim): string[] {
  return [...checkBeads(sim), ...checkRuns(sim), ...checkRunning(sim), ...checkNudges(sim)];
}

/** Whoever has lost his bead is stopped before long. */
function checkRuns(sim: Sim): string[] {
  if (sim.down) return [];
  const { passed } = sim.town.host.clock;
  return sim.town.sandboxes.live.flatMap(run => {
    const { job } = run.spec;
    if (job.kind !== "work") return [];
    const bead = sim.watcher.beads.get(job.bead.id);
    const wanted = job.review === true ? isReviewed(bead, job.attempt) : isHeld(bead, run);
    if (wanted) {
      UNWANTED.delete(run);
      return [];
    }
    const since = UNWANTED.get(run) ?? passed;
    UNWANTED.set(run, since);
    if (passed - Math.max(since, sim.weather.calmFrom) <= MAX_UNWANTED_MS) return [];
    return [
      `${run.spec.run_id} goes on with ${job.bead.id}, attempt ${job.attempt}, which is no longer its own`,
    ];
  });
}

/** True while the bead is that of the run, under its number, or merged. */
function isHeld(bead: Bead | undefined, { spec: { agent, job } }: FakeRun): boolean {
  const work = bead && readSatellite(bead, "work");
  const held = work?.lease?.agent === `${agent.rig}/${agent.name}` || work?.merge_commit !== undefined;
  return work?.attempt === job.attempt && held;
}

/** True while the merge request waits for the verdict of this very run. */
function isReviewed(bead: Bead | undefined, attempt: number): boolean {
  const request = bead && readSatellite(bead, "merge_request");
  if (bead === undefined || request === undefined) return false;
  return mergeRequestState(bead.status) === "reviewing" && Math.max(1, request.run) === attempt;
}

function checkBeads(sim: Sim): string[] {
  const { watcher } = sim;
  const idle = sim.town.host.system.idle && !sim.down;
  const last = LOOKED.get(sim);
  if (last?.commits === watcher.commits && last.idle === idle) return [];
  LOOKED.set(sim, { commits: watcher.commits, idle });
  const wrong = [
    ...sim.people.lost(),
    ...sim.remotes.lost().map(head => `the submitted commit ${head} is nowhere`),
  ];
  const merging = new Map<string, string>();
  for (const bead of watcher.beads.values()) {
    if (bead.issue_type === "merge-request") wrong.push(...checkQueue(bead, merging));
    else if (bead.status === "in_review") wrong.push(...checkReview(sim, bead));
  }
  return wrong;
}

/** At most one run of a rig is merging, of one merge request or of several together. */
function checkQueue(bead: Bead, merging: Map<string, string>): string[] {
  if (mergeRequestState(bead.status) !== "merging") return [];
  const request = readSatellite(bead, "merge_request");
  const rig = request?.rig ?? "";
  const run = `${request?.batch?.lead ?? bead.id}#${request?.batch?.run ?? request?.run}`;
  const other = merging.get(rig) ?? run;
  merging.set(rig, run);
  return other === run ? [] : [`${other} and ${run} are merged in ${rig} at once`];
}

/** What is in review has a merge request that is of this very attempt. */
function checkReview({ watcher, foreign }: Sim, bead: Bead): string[] {
  const work = readSatellite(bead, "work");
  if (work === undefined || foreign.has(bead.id) || !bead.labels?.includes(SLUNG_LABEL)) return [];
  const request = watcher.beads.get(work.merge_request ?? "");
  const record = request && readSatellite(request, "merge_request");
  if (request === undefined || record === undefined)
    return [`${bead.id} is in review without a merge request`];
  if (record.attempt > work.attempt)
    return [`${bead.id} is at attempt ${work.attempt}, its merge request at ${record.attempt}`];
  return [];
}
