/** What can go otherwise: every way through a bead's life that is not the straight one. */
import { describe, expect, test } from "bun:test";
import { readSatellite } from "../../store/schema/satellite.ts";
import { checkAlways, checkEnd } from "./invariants.ts";
import { TestTown, type TestTownOptions } from "./test-town.ts";

async function slung(
  titles: readonly string[],
  options: TestTownOptions = {},
  settings?: object,
): Promise<{ town: TestTown; ids: string[] }> {
  const town = await TestTown.start(options);
  await town.addRig("sample", "sa", settings);
  const ids = await town.file(titles);
  await town.call("sling", { beads: ids });
  return { town, ids };
}

/** Title of the one bead, how it ends, and after how many attempts and merge runs. */
const LIVES: readonly [title: string, status: string, attempts: number, runs: number][] = [
  ["plain", "closed", 1, 1],
  ["crash(1)", "closed", 2, 1],
  ["crash(1) crash(2) crash(3) crash(4)", "closed", 5, 1],
  ["crash", "failed", 5, 0],
  ["forget(1)", "closed", 2, 1],
  ["loseonce", "closed", 1, 1],
  ["lose(1)", "closed", 2, 1],
  ["lose", "failed", 5, 0],
  ["missing", "failed", 1, 0],
  ["conflict(1)", "closed", 2, 2],
  ["conflict", "failed", 5, 5],
  ["gate(1)", "closed", 2, 2],
  ["gate(1) conflict(2) crash(3)", "closed", 4, 3],
  ["race(1) race(2)", "closed", 1, 3],
  ["remote(1)", "closed", 1, 2],
  ["mergelost(1)", "closed", 1, 1],
  ["mergelost", "failed", 1, 11],
  ["mergelate(1)", "closed", 1, 1],
];

describe("ways through a bead's life", () => {
  test.each(LIVES)(
    "%s ends %s after %d attempts and %d merge runs",
    async (title, status, attempts, runs) => {
      const { town, ids } = await slung([title]);
      await town.settle(48);
      checkEnd(town, ids);
      const bead = await town.get(ids[0]!);
      const work = readSatellite(bead, "work");
      expect([bead.status, work?.attempt]).toEqual([status, attempts]);
      expect(new Set(town.remote.merges.map(merge => `${merge.mergeRequest} ${merge.run}`)).size).toBe(runs);
      expect(bead.assignee === undefined || status === "closed").toBe(true);
      if (status === "failed") expect(work?.last_failure?.text).not.toBe("");
    },
  );

  test("a failed gate is told to the next attempt, and stands on the bead as a comment", async () => {
    const { town, ids } = await slung(["gate(1)"]);
    await town.settle();
    const bead = await town.get(ids[0]!);
    expect(bead.comments?.map(comment => comment.text).join("\n")).toContain("expected 1, got 2");
    const second = town.sandboxes.runs.find(
      run => run.spec.job.kind === "work" && run.spec.job.attempt === 2,
    );
    expect(second?.spec.job.kind === "work" && second.spec.job.prompt).toContain("| expected 1, got 2");
  });

  test("the first rejection is followed by a new attempt at once, the second after a pause", async () => {
    const { town } = await slung(["gate(1) gate(2)"]);
    await town.settle();
    const starts = town.sandboxes.runs.filter(run => run.spec.job.kind === "work").map(run => run.startedAt);
    const rejected = town.remote.merges.map(merge => merge.to ?? 0);
    expect(starts[1]! - rejected[0]!).toBeLessThan(1_000);
    expect(starts[2]! - rejected[1]!).toBeGreaterThan(20_000);
  });

  test("a lost sandbox is started again on the same attempt and branch, with a new generation", async () => {
    const { town } = await slung(["loseonce"]);
    await town.settle();
    const runs = town.sandboxes.runs.filter(run => run.spec.job.kind === "work");
    expect(runs.map(run => [run.spec.generation, run.spec.job.attempt])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(runs[0]!.spec.job).toEqual(runs[1]!.spec.job);
    expect(runs[0]!.spec.run_id).not.toBe(runs[1]!.spec.run_id);
  });

  test("a merge whose refinery died after the push is recognised, and nothing is merged twice", async () => {
    const { town, ids } = await slung(["mergelate(1)"]);
    await town.settle();
    checkEnd(town, ids);
    expect(town.remote.pushes.length).toBe(1);
    expect(town.sandboxes.runs.filter(run => run.spec.job.kind === "merge").length).toBe(2);
  });

  test("the commit that closes a bead is the one that records the merge", async () => {
    const { town, ids } = await slung(["plain"]);
    await town.settle();
    const commits = town.rigs.get("sample")!.commits;
    const closing = commits.find(commit =>
      commit.events.some(event => event.type === "closed" && event.id === ids[0]),
    );
    const request = (await town.call("mergeRequests"))[0]!;
    expect(closing?.events.some(event => event.type === "closed" && event.id === request.id)).toBe(true);
    expect(request).toMatchObject({
      state: "merged",
      bead: ids[0],
      merge_commit: town.remote.pushes[0]!.commit,
    });
  });

  test("branches are retired after the merge, those of earlier attempts too", async () => {
    const { town, ids } = await slung(["gate(1)"]);
    await town.settle();
    expect(town.remote.retired).toEqual([{ rig: "sample", branch: `polecat/toast/${ids[0]}` }]);
  });
});

describe("caps and order", () => {
  test("no more polecats than the rig allows; the most urgent first, then the oldest", async () => {
    const town = await TestTown.start();
    await town.addRig("sample", "sa", { driver: { kind: "script" }, max_polecats: 1 });
    const ids: string[] = [];
    for (const [title, priority] of [
      ["old", 2],
      ["young", 2],
      ["urgent", 0],
      ["someday", 4],
    ] as const) {
      const description = "```sh\ntrue\n```";
      ids.push((await town.call("createBead", { rig: "sample", title, priority, description })).id);
      await town.host.advance(1_000);
    }
    await town.call("sling", { beads: ids });
    await town.settle();
    checkEnd(town, ids);
    const work = town.sandboxes.runs.filter(run => run.spec.job.kind === "work");
    expect(work.map(run => run.spec.job.bead.title)).toEqual(["urgent", "old", "young", "someday"]);
    expect(new Set(work.map(run => run.spec.container))).toEqual(new Set(["demo/sample/toast"]));
  });

  test("the town's own cap holds over all rigs", async () => {
    const town = await TestTown.start();
    await town.addRig("one", "on");
    await town.addRig("two", "tw");
    await town.call("updateSettings", { max_polecats: 3 });
    const ids = [
      ...(await town.file(["slow a", "slow b", "slow c"], "one")),
      ...(await town.file(["slow d", "slow e", "slow f"], "two")),
    ];
    await town.call("sling", { beads: ids });
    await town.host.advance(1_000);
    expect(town.sandboxes.live.length).toBe(3);
    await town.settle();
    checkEnd(town, ids);
  });

  test("a bead waits for those that block it, and they count as done when they are merged, not submitted", async () => {
    const town = await TestTown.start();
    await town.addRig();
    const [first, second] = await town.file(["first", "second"]);
    await town.call("addDependency", { id: second, depends_on: first });
    await town.call("sling", { beads: [second, first] });
    await town.settle();
    checkEnd(town, [first!, second!]);
    const start = town.sandboxes.runs.find(
      run => run.spec.job.kind === "work" && run.spec.job.bead.id === second,
    );
    expect(start!.startedAt).toBeGreaterThanOrEqual(Date.parse((await town.get(first!)).closed_at!));
  });

  test("a bead that depends on a bead of another rig waits for it too", async () => {
    const town = await TestTown.start();
    await town.addRig("one", "on");
    await town.addRig("two", "tw");
    const [first] = await town.file(["slow first"], "one");
    const [second] = await town.file(["second"], "two");
    await town.call("addDependency", { id: second, depends_on: first });
    await town.call("sling", { beads: [second, first] });
    await town.host.advance(10_000);
    expect((await town.get(second!)).status).toBe("open");
    await town.settle();
    checkEnd(town, [first!, second!]);
  });
});

describe("convoys", () => {
  test("one with a failed bead does not land, says so once, and lands when that bead gets through", async () => {
    const town = await TestTown.start();
    await town.addRig();
    const ids = await town.file(["plain", "crash(1) crash(2) crash(3) crash(4) crash(5)"]);
    await town.call("createConvoy", { title: "Pair", beads: ids });
    await town.call("sling", { beads: ids });
    await town.settle();
    expect(await town.call("convoys")).toMatchObject([{ state: "failed", total: 2, merged: 1, failed: 1 }]);
    const said = (await town.call("feed", { limit: 2_000 })).filter(event => event.type === "convoy.failing");
    expect(said.length).toBe(1);
    await town.call("reopenBead", { id: ids[1] });
    expect(await town.call("convoys")).toMatchObject([{ state: "open" }]);
    await town.call("sling", { beads: [ids[1]] });
    await town.settle();
    checkEnd(town, ids);
    expect(await town.call("convoys")).toMatchObject([{ state: "landed", merged: 2, failed: 0 }]);
  });

  test("beads of several rigs land together; one closed by a person counts, a deleted one is not waited for", async () => {
    const town = await TestTown.start();
    await town.addRig("one", "on");
    await town.addRig("two", "tw");
    const [a, b] = await town.file(["a", "b"], "one");
    const [c, d] = await town.file(["c", "d"], "two");
    await town.call("createConvoy", { title: "All", beads: [a, b, c, d] });
    await town.call("sling", { beads: [a, c] });
    await town.settle();
    expect(await town.call("convoys")).toMatchObject([{ state: "open", total: 4, merged: 2 }]);
    await town.call("closeBead", { id: b, reason: "not needed" });
    await town.call("deleteBead", { id: d });
    expect(await town.call("convoys")).toMatchObject([{ state: "landed", total: 3, merged: 2, unmerged: 1 }]);
  });
});

describe("the breaker", () => {
  test("twenty failing beads pause dispatch, and resume goes on", async () => {
    const titles = Array.from({ length: 24 }, (_, i) => `crash n${i}`);
    const { town } = await slung(titles, {}, { driver: { kind: "script" }, max_polecats: 100 });
    await town.call("updateSettings", { max_polecats: 100 });
    await town.host.advance(10_000);
    const view = await town.call("view");
    expect(view.paused).toContain("beads failed within 30 minutes");
    const runs = town.sandboxes.runs.length;
    await town.host.advance(3_600_000);
    expect(town.sandboxes.runs.length).toBe(runs);
    expect(
      (await town.call("feed", { limit: 2_000 })).filter(event => event.type === "town.breaker").length,
    ).toBe(1);
    await town.call("resume");
    await town.host.advance(1_000);
    expect(town.sandboxes.runs.length).toBeGreaterThan(runs);
    checkAlways(town);
  });
});

describe("rest", () => {
  test("an idle town makes no commits and arms no timers", async () => {
    const { town, ids } = await slung(["plain", "gate(1)", "crash"]);
    await town.settle(48);
    checkEnd(town, ids);
    const { commits } = town;
    const stored = town.host.storage.commits;
    await town.host.advance(30 * 24 * 3_600_000);
    await town.call("view");
    await town.call("beads");
    expect([town.commits, town.host.storage.commits]).toEqual([commits, stored]);
    expect(town.host.system.nextAlarm).toBeNull();
  });
});

describe("a rig whose beads cannot be read", () => {
  test("is said to have failed, and neither its convoy lands nor is its agent stopped for it", async () => {
    const town = await TestTown.start();
    await town.addRig("one", "on");
    await town.addRig("two", "tw");
    const [a, c] = await town.file(["plain", "after"], "one");
    const [b] = await town.file(["slow"], "two");
    await town.call("addDependency", { id: c, depends_on: b });
    await town.call("createConvoy", { title: "Both", beads: [a, b] });
    await town.call("sling", { beads: [a, b, c] });
    await town.host.advance(10_000);
    town.ledger.remove(town.rigs.get("two")!);
    await town.restart();
    await town.host.advance(5_000);
    expect(await town.call("rigs")).toMatchObject([{ state: "ready" }, { name: "two", state: "failed" }]);
    expect(await town.call("convoys")).toMatchObject([{ state: "open", total: 2, merged: 1 }]);
    expect(await town.call("agent", { agent: "two/toast" })).toMatchObject({ state: "working" });
    expect((await town.get(c!)).status).toBe("open");
    town.ledger.add(town.rigs.get("two")!);
    await town.restart();
    await town.settle();
    checkEnd(town, [a!, b!, c!]);
    expect(await town.call("convoys")).toMatchObject([{ state: "landed" }]);
  });
});
