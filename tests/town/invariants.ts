/** What must hold in every town at every moment, and at its end. */

import { expect } from "bun:test";
import { LIVE_MERGE_STATUSES } from "../../actors/states/merge-request.ts";
import type { FakeRun } from "../../actors/testing/fake-sandboxes.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { readSatellite } from "../../store/schema/satellite.ts";
import type { TestTown } from "./test-town.ts";

/** Overlaps in time of runs on the same thing. */
function overlaps(runs: readonly { from: number; to: number | undefined; label: string }[]): string[] {
  const sorted = [...runs].sort((a, b) => a.from - b.from);
  return sorted.flatMap((run, i) => {
    const next = sorted[i + 1];
    return next !== undefined && next.from < (run.to ?? Number.POSITIVE_INFINITY)
      ? [`${run.label} / ${next.label}`]
      : [];
  });
}

/** Holds at every moment. */
export function checkAlways(town: TestTown): void {
  const runs = town.sandboxes.runs;
  const group = (key: (run: FakeRun) => string | undefined) => {
    const groups = new Map<string, { from: number; to: number | undefined; label: string }[]>();
    for (const run of runs) {
      const name = key(run);
      if (name === undefined) continue;
      const label = `${run.spec.run_id} on ${name}`;
      groups.set(name, [...(groups.get(name) ?? []), { from: run.startedAt, to: run.endedAt, label }]);
    }
    return [...groups.values()].flatMap(overlaps);
  };
  // One worker per bead, one run per agent, one merge at a time per rig.
  expect(group(run => (run.spec.job.kind === "work" ? run.spec.job.bead.id : undefined))).toEqual([]);
  expect(group(run => run.spec.container)).toEqual([]);
  expect(group(run => (run.spec.job.kind === "merge" ? run.spec.agent.rig : undefined))).toEqual([]);
  // Fencing numbers and generations never repeat or go back.
  for (const container of new Set(runs.map(run => run.spec.container))) {
    const generations = runs.filter(run => run.spec.container === container).map(run => run.spec.generation);
    expect(generations).toEqual([...new Set(generations)].sort((a, b) => a - b));
  }
  for (const bead of town.all()) {
    const work = readSatellite(bead, "work");
    if (work === undefined) continue;
    // Closed by the merge means: the remote has it, and the merge request says where.
    if (bead.status === "closed" && bead.close_reason?.startsWith("Merged in")) {
      const push = town.remote.pushes.find(entry => entry.bead === bead.id);
      expect(push?.commit).toBe(work.merge_commit);
      const request = town.all().find(other => other.id === work.merge_request);
      expect(request?.status).toBe("closed");
      expect(request && readSatellite(request, "merge_request")?.merge_commit).toBe(work.merge_commit);
    }
    if (["hooked", "in_progress"].includes(bead.status)) expect(work.lease?.agent).toBe(bead.assignee);
    if (bead.status === "in_review") {
      const request = town.all().find(other => other.id === work.merge_request);
      expect(LIVE_MERGE_STATUSES).toContain(request?.status ?? "none");
    }
  }
}

/** Holds when nothing more happens: every slung bead has ended, once, and nothing is left running or armed but the end of unread mail. */
export function checkEnd(town: TestTown, slung: readonly string[]): void {
  checkAlways(town);
  const beads = new Map(town.all().map(bead => [bead.id, bead]));
  for (const id of slung) expect(["closed", "failed"]).toContain(beads.get(id)?.status ?? "gone");
  const merged = town.remote.pushes.map(push => push.bead);
  expect([...new Set(merged)]).toEqual(merged);
  expect(town.sandboxes.live).toEqual([]);
  expect(town.sandboxes.runs.filter(run => !run.released)).toEqual([]);
  if (!town.all().some(isUnread)) expect(town.host.system.nextAlarm).toBeNull();
}

function isUnread(bead: Bead): boolean {
  return bead.issue_type === "message" && bead.status !== "closed";
}
