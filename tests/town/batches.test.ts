/** The merge queue of a whole town: batches, crashes in the middle of one, and a person's hand on it. */
import { describe, expect, test } from "bun:test";
import { requireSatellite } from "../../store/schema/satellite.ts";
import { checkAlways, checkEnd } from "./invariants.ts";
import { TestTown } from "./test-town.ts";

/** A town in which these beads wait in the queue: the rig's merges are held back until all are submitted. */
async function withQueue(titles: readonly string[], settings: object = {}): Promise<[TestTown, string[]]> {
  const town = await TestTown.start();
  await town.addRig("sample", "sa", { driver: { kind: "script" }, max_polecats: 20, ...settings });
  await town.call("updateSettings", { max_polecats: 20 });
  const ids = await town.file(titles);
  // The first one holds the refinery while the others queue up.
  await town.call("sling", { beads: ids });
  return [town, ids];
}

const mergeRuns = (town: TestTown) => town.sandboxes.runs.filter(run => run.spec.job.kind === "merge");

describe("batches", () => {
  test("what is queued for the same target is merged in one run, a batch at most", async () => {
    const [town, ids] = await withQueue(["a", "b", "c", "d", "e", "f", "g"], { batch_size: 3 });
    await town.settle();
    checkEnd(town, ids);
    for (const id of ids) expect((await town.get(id)).status).toBe("closed");
    const sizes = mergeRuns(town).map(({ spec: { job } }) =>
      job.kind === "merge" ? 1 + (job.members ?? []).length : 0,
    );
    expect(Math.max(...sizes)).toBe(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(7);
  });

  test("a batch size of 1 merges one at a time", async () => {
    const [town, ids] = await withQueue(["a", "b", "c"], { batch_size: 1 });
    await town.settle();
    checkEnd(town, ids);
    expect(mergeRuns(town)).toHaveLength(3);
  });

  test("6.2-6: only the culprit of a batch gets the failed attempt, with the output", async () => {
    const [town, ids] = await withQueue(["a", "b", "gate(1)", "d"], { batch_size: 10 });
    await town.settle();
    checkEnd(town, ids);
    const tries = await Promise.all(
      ids.map(async id => requireSatellite(await town.get(id), "work").attempt),
    );
    expect(tries).toEqual([1, 1, 2, 1]);
    const culprit = requireSatellite(await town.get(ids[2]!), "work");
    expect(culprit.last_failure?.text).toContain("expected 1, got 2");
  });

  for (const word of ["mergelate(1)", "mergelost(1)", "race(1)"]) {
    test(`9.1-4, 9.1-8: ${word} in the middle of a batch: each member is merged once, and closed with its own commit`, async () => {
      const [town, ids] = await withQueue(["a", "b", word, "d"], { batch_size: 10 });
      await town.settle();
      checkEnd(town, ids);
      expect(town.remote.pushes.map(({ bead }) => bead).sort()).toEqual([...ids].sort());
      for (const id of ids) expect((await town.get(id)).status).toBe("closed");
    });
  }

  test("a restart of the host in the middle of a batch loses nobody", async () => {
    const [town, ids] = await withQueue(["a", "b", "c", "d"], { batch_size: 10 });
    for (let i = 0; i < 60; i += 1) {
      await town.host.advance(100);
      if (i % 7 === 0) await town.restart();
      checkAlways(town);
    }
    await town.settle();
    checkEnd(town, ids);
    for (const id of ids) expect((await town.get(id)).status).toBe("closed");
  });

  test("#4167: a bead closed by a person in the middle of a batch takes nobody with it", async () => {
    const [town, ids] = await withQueue(["a", "b", "c"], { batch_size: 10 });
    while (mergeRuns(town).length === 0) await town.host.advance(50);
    const job = mergeRuns(town)[0]!.spec.job;
    await town.call("closeBead", { id: job.bead.id });
    await town.settle();
    checkEnd(town, ids);
    for (const id of ids) expect((await town.get(id)).status).toBe("closed");
  });

  test("a remote that is away is waited out: no retry of the merge and no attempt of the work is counted", async () => {
    const away = Array.from({ length: 14 }, (_, i) => `remote(${i + 1})`).join(" ");
    const [town, [id = ""]] = await withQueue([away]);
    await town.settle(24);
    checkEnd(town, [id]);
    const bead = await town.get(id);
    expect(bead.status).toBe("closed");
    expect(requireSatellite(bead, "work").attempt).toBe(1);
    const request = await town.get(requireSatellite(bead, "work").merge_request ?? "");
    expect(requireSatellite(request, "merge_request")).toMatchObject({ retries: 0, run: 15 });
  });
});

describe("a person's hand on the queue", () => {
  test("the queue is shown in its order, with scores and what they are made of", async () => {
    const town = await TestTown.start();
    await town.addRig("sample", "sa", { driver: { kind: "script" }, batch_size: 1 });
    const ids = await town.file(["slow", "b", "c"]);
    await town.call("patchBead", { id: ids[2], priority: 0 });
    await town.call("sling", { beads: ids });
    while ((await town.call("mergeRequests")).filter(({ state }) => state === "queued").length < 1) {
      await town.host.advance(20);
    }
    const shown = (await town.call("mergeRequests")).filter(({ state }) => state === "queued");
    expect(shown.map(({ position }) => position)).toEqual(shown.map((_, i) => i + 1));
    expect(shown[0]?.score_reasons?.[0]).toMatch(/priority \d/);
    await town.settle();
    checkEnd(town, ids);
  });

  test("rejected by a person: the bead goes back to an agent with the words, and its next submission is merged", async () => {
    const town = await TestTown.start();
    await town.addRig();
    const [id = ""] = await town.file(["race(1)"]);
    await town.call("sling", { beads: [id] });
    while ((await town.call("mergeRequests"))[0]?.state !== "queued") await town.host.advance(50);
    const [mr] = await town.call("mergeRequests");
    const rejected = await town.call("rejectMergeRequest", { id, reason: "the empty list is not handled" });
    expect(rejected).toMatchObject({ id: mr?.id, state: "rejected" });
    await town.settle();
    checkEnd(town, [id]);
    const work = requireSatellite(await town.get(id), "work");
    expect(work.attempt).toBe(2);
    expect(work.last_failure).toMatchObject({ kind: "review" });
    expect(work.last_failure?.text).toContain("the empty list is not handled");
    expect(town.remote.pushes).toHaveLength(1);
  });

  test("a rejected merge request is tried again by a person's wish, with the bead that had failed for it", async () => {
    const town = await TestTown.start();
    await town.addRig();
    const always = Array.from({ length: 11 }, (_, i) => `race(${i + 1})`).join(" ");
    const [id = ""] = await town.file([always]);
    await town.call("sling", { beads: [id] });
    await town.settle();
    expect((await town.get(id)).status).toBe("failed");
    expect(await town.call("retryMergeRequest", { id })).toMatchObject({ state: "queued", retries: 0 });
    await town.settle();
    checkEnd(town, [id]);
    expect((await town.get(id)).status).toBe("closed");
  });

  test("agents decide nothing about merges", async () => {
    const town = await TestTown.start();
    await town.addRig();
    const [id = ""] = await town.file(["race(1)"]);
    await town.call("sling", { beads: [id] });
    while ((await town.call("mergeRequests")).length === 0) await town.host.advance(50);
    for (const [method, args] of [
      ["retryMergeRequest", { id }],
      ["rejectMergeRequest", { id, reason: "x" }],
    ] as const) {
      await expect(town.call(method, { ...args, by: "sample/toast" })).rejects.toMatchObject({
        code: "forbidden",
      });
    }
    await town.settle();
  });

  test("6.8: what is merged already cannot be taken up again", async () => {
    const town = await TestTown.start();
    await town.addRig();
    const [id = ""] = await town.file(["plain"]);
    await town.call("sling", { beads: [id] });
    await town.settle();
    await expect(town.call("retryMergeRequest", { id })).rejects.toMatchObject({
      code: "invalid_transition",
    });
    await expect(town.call("rejectMergeRequest", { id, reason: "x" })).rejects.toMatchObject({
      code: "invalid_transition",
    });
  });
});
