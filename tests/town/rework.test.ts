/** Rework and conflict beads: one at a time for a merge request, on the same branch, capped; and what a person is asked. */
import { describe, expect, test } from "bun:test";
import type { Bead } from "../../store/schema/bead.ts";
import { requireSatellite } from "../../store/schema/satellite.ts";
import { checkAlways, checkEnd } from "./invariants.ts";
import { TestTown } from "./test-town.ts";

async function withRig(settings: object = {}): Promise<TestTown> {
  const town = await TestTown.start();
  await town.addRig("sample", "sa", { driver: { kind: "script" }, ...settings });
  return town;
}

async function slung(town: TestTown, title: string): Promise<string> {
  const [id = ""] = await town.file([title]);
  await town.call("sling", { beads: [id] });
  return id;
}

const reworks = (town: TestTown): Bead[] => town.all().filter(bead => bead.labels?.includes("gt:rework"));
const escalations = (town: TestTown): Bead[] => town.all().filter(bead => bead.issue_type === "escalation");

async function whenBlocked(town: TestTown): Promise<Bead> {
  for (let i = 0; i < 2_000; i += 1) {
    const found = town.all().find(bead => bead.issue_type === "merge-request" && bead.status === "blocked");
    if (found !== undefined) return found;
    await town.host.advance(100);
    checkAlways(town);
  }
  throw new Error("never blocked");
}

describe("a conflict bead", () => {
  const settings = { on_conflict: "rework", driver: { kind: "pty", command: ["agent"] } };

  test("6.8, #1107: it is worked on by an agent on the same branch from the same commit, and then its merge goes on", async () => {
    const town = await withRig(settings);
    const id = await slung(town, "runconflict(1)");
    const request = await whenBlocked(town);
    const [rework] = reworks(town);
    expect(requireSatellite(request, "merge_request")).toMatchObject({ blocker: rework?.id, reworks: 1 });
    expect((await town.get(id)).status).toBe("in_review");
    const { branch, head } = requireSatellite(request, "merge_request");
    await town.settle();
    checkEnd(town, [id]);
    expect((await town.get(id)).status).toBe("closed");
    expect(requireSatellite(await town.get(id), "work").attempt).toBe(1);
    const run = town.sandboxes.runs.find(
      ({ spec: { job } }) => job.kind === "work" && job.bead.id === rework?.id,
    );
    expect(run?.spec.job).toMatchObject({ branch, start: head });
    expect(await town.get(rework?.id ?? "")).toMatchObject({ status: "closed" });
    expect(town.all().filter(bead => bead.issue_type === "merge-request")).toHaveLength(1);
    expect(town.remote.pushes.map(({ bead }) => bead)).toEqual([id]);
    expect(town.remote.pushes[0]?.head).not.toBe(head);
  });

  test("#2260, #2371: so many and no more; then a person is asked, once, and says how it goes on", async () => {
    const town = await withRig({ ...settings, max_reworks: 2 });
    const id = await slung(town, "runconflict(1) runconflict(2) runconflict(3)");
    await town.settle();
    checkAlways(town);
    expect(reworks(town)).toHaveLength(2);
    const asked = escalations(town);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.description).toContain("gt mq retry");
    const [mr] = await town.call("mergeRequests");
    expect(mr).toMatchObject({ state: "blocked", bead: id });
    expect(mr?.blocker).toBeUndefined();
    await town.call("retryMergeRequest", { id });
    await town.settle();
    expect((await town.get(id)).status).toBe("closed");
    expect(town.remote.pushes.map(({ bead }) => bead)).toEqual([id]);
  });

  test("one that fails does not hold its merge request for ever: a person is asked", async () => {
    const town = await withRig({ on_conflict: "rework" });
    // The script driver has nothing to run in a rework: it fails at once.
    const id = await slung(town, "conflict(1)");
    await town.settle();
    checkAlways(town);
    expect(reworks(town)[0]?.status).toBe("failed");
    expect(escalations(town)).toHaveLength(1);
    expect((await town.get(id)).status).toBe("in_review");
    await town.call("rejectMergeRequest", { id, reason: "start anew" });
    await town.settle();
    expect((await town.get(id)).status).toBe("closed");
  });

  test("closed by a person, its merge goes on; and nobody works on the rework of what was closed", async () => {
    const town = await withRig(settings);
    await town.call("pause", { reason: "hold" });
    await town.call("resume");
    const id = await slung(town, "slow runconflict(1)");
    await whenBlocked(town);
    const [rework] = reworks(town);
    await town.call("closeBead", { id: rework?.id, reason: "done by hand" });
    await town.settle();
    checkEnd(town, [id]);
    expect((await town.get(id)).status).toBe("closed");

    const other = await slung(town, "slow runconflict(1)");
    await whenBlocked(town);
    await town.call("closeBead", { id: other });
    await town.settle();
    expect(reworks(town).map(bead => bead.status)).toEqual(["closed", "closed"]);
    expect(town.sandboxes.live).toEqual([]);
  });

  test("by default a conflict is a fresh attempt at the bead", async () => {
    const town = await withRig();
    const id = await slung(town, "conflict(1)");
    await town.settle();
    checkEnd(town, [id]);
    expect(reworks(town)).toEqual([]);
    expect(requireSatellite(await town.get(id), "work").attempt).toBe(2);
  });
});

describe("what is nobody's fault", () => {
  test("a target branch that is gone holds the merge and asks a person, instead of failing the work", async () => {
    const town = await withRig();
    const id = await slung(town, "targetgone(1)");
    await town.settle();
    expect((await town.get(id)).status).toBe("in_review");
    expect(await town.call("mergeRequest", { id })).toMatchObject({ state: "blocked" });
    expect(escalations(town)).toHaveLength(1);
    await town.call("retryMergeRequest", { id });
    await town.settle();
    checkEnd(town, [id]);
    expect((await town.get(id)).status).toBe("closed");
  });

  test("a remote that is away at submission is no failure of the agent: not counted, and taken up again later", async () => {
    const town = await withRig();
    const id = await slung(town, "away(1) away(2)");
    await town.settle();
    checkEnd(town, [id]);
    const work = requireSatellite(await town.get(id), "work");
    expect(work).toMatchObject({ attempt: 3, tries: 1 });
    expect(work.last_failure).toBeUndefined();
  });

  test("but not for ever: a remote that stays away fails the bead in the end", async () => {
    const town = await withRig();
    const id = await slung(town, "away");
    await town.settle(72);
    checkEnd(town, [id]);
    expect((await town.get(id)).status).toBe("failed");
    expect(town.sandboxes.runs.length).toBeLessThanOrEqual(10);
  });

  test("the refinery's record counts what it merged", async () => {
    const town = await withRig();
    await slung(town, "a");
    await town.settle();
    await slung(town, "b");
    await town.settle();
    expect(await town.call("agent", { agent: "sample/refinery" })).toMatchObject({ completed: 2 });
    await town.restart();
    expect(await town.call("agent", { agent: "sample/refinery" })).toMatchObject({ completed: 2 });
  });
});
