/** `explain`: every state says why it is what it is, what comes next and when, and whose move it is. */
import { describe, expect, test } from "bun:test";
import type { Explanation, TownPlan } from "../../store/schema/explanation.ts";
import { readSatellite } from "../../store/schema/satellite.ts";
import { TestTown } from "./test-town.ts";

const MINUTE = 60_000;

async function startTown(settings?: object): Promise<TestTown> {
  const town = await TestTown.start();
  await town.addRig("sample", "sa", settings ?? { driver: { kind: "script" } });
  return town;
}
const explain = async (town: TestTown, id: string) => (await town.call("explainOne", { id })) as Explanation;
const plan = async (town: TestTown) => (await town.call("explain")) as TownPlan;
const slung = async (town: TestTown, ...titles: string[]) => {
  const beads = await town.file(titles);
  await town.call("sling", { beads });
  await town.host.advance(5_000);
  return beads;
};

describe("a bead", () => {
  test("in back-off says when it is tried again, and the town does not say that there is nothing to do", async () => {
    const town = await startTown();
    const [id = ""] = await slung(town, "crash fails");
    const value = await explain(town, id);
    expect(value).toMatchObject({ kind: "bead", state: "open", owner: { who: "town" } });
    expect(value.why[0]?.text).toContain("1 of 5 tries");
    expect(value.why[0]?.rule).toContain("back-off");
    const bead = await town.get(id);
    expect(value.next.find(({ at }) => at !== undefined)?.at).toBe(bead.defer_until);
    const waiting = (await plan(town)).waiting;
    expect(waiting).toMatchObject([{ bead: id, at: bead.defer_until }]);
  });

  test("that a person deferred is not in back-off", async () => {
    const town = await startTown();
    const [id = ""] = await town.file(["later"]);
    const at = new Date(town.host.clock.now() + 60 * MINUTE).toISOString();
    await town.ledger.transact({ actor: "ada" }, tx => tx.update(id, { defer_until: at }));
    await town.call("sling", { beads: [id] });
    expect(await explain(town, id)).toMatchObject({ why: [{ rule: "deferred" }], next: [{ at }] });
  });

  test("that is blocked names each blocker, its state and its title", async () => {
    const town = await startTown();
    const [id = "", other = ""] = await town.file(["second", "first of all"]);
    await town.call("addDependency", { id, depends_on: other });
    await town.call("sling", { beads: [id] });
    const value = await explain(town, id);
    expect(value.why).toMatchObject([
      { rule: "blocked", text: expect.stringContaining(`${other} (task, open: first of all)`) },
    ]);
    expect(value.hints).toContain(`gt explain ${other}`);
  });

  test("that finds no place names the cap and who holds the places", async () => {
    const town = await startTown();
    await town.call("updateRig", { rig: "sample", settings: { max_polecats: 1 } });
    const [first = "", second = ""] = await slung(town, "slow one", "two");
    const holder = (await town.get(first)).assignee;
    const value = await explain(town, second);
    expect(value.why).toMatchObject([
      { rule: "cap of the rig", text: expect.stringContaining(`${holder} (${first})`) },
    ]);
    expect(value.owner).toEqual({ who: "agent" });
    await town.call("updateSettings", { max_polecats: 1 });
    expect((await explain(town, second)).why).toMatchObject([{ rule: "cap of the town" }]);
    await town.call("updateSettings", { max_polecats: 0 });
    await town.settle(1);
    expect(await explain(town, second)).toMatchObject({ owner: { who: "person" } });
  });

  const HELD: readonly [string, (town: TestTown, id: string) => Promise<unknown>, string, string][] = [
    ["paused", town => town.call("pause", { reason: "lunch" }), "pause", "gt resume"],
    ["draining", town => town.call("drain"), "drain", "gt resume"],
    ["stopped", town => town.call("estop"), "emergency stop", "gt thaw"],
    ["held", (town, id) => town.call("holdBeads", { beads: [id], held: true }), "held", "gt unhold"],
    [
      "in a parked rig",
      town => town.call("parkRig", { rig: "sample", parked: true }),
      "parked",
      "gt rig unpark sample",
    ],
  ];
  test.each(HELD)("%s says so, and that it is a person's move", async (_name, act, rule, hint) => {
    const town = await startTown();
    await town.call("pause");
    const [id = ""] = await town.file(["one"]);
    await town.call("sling", { beads: [id] });
    await act(town, id);
    // The pause only kept it from being taken before it was held.
    if (rule !== "pause" && rule !== "drain") await town.call("resume");
    await town.settle(1);
    expect((await town.get(id)).status).toBe("open");
    const value = await explain(town, id);
    expect(value.owner).toEqual({ who: "person" });
    expect(value.why[0]?.rule).toBe(rule);
    expect(value.hints[0]).toContain(hint);
    expect((await plan(town)).waiting.map(({ bead }) => bead)).toEqual([id]);
  });

  test("behind the breaker says so", async () => {
    const town = await startTown();
    await town.call("updateSettings", { max_polecats: 30 });
    await town.call("updateRig", { rig: "sample", settings: { max_polecats: 30 } });
    await slung(town, ...Array.from({ length: 20 }, (_, i) => `crash ${i}`));
    const [id = ""] = await slung(town, "one more");
    expect(await explain(town, id)).toMatchObject({ owner: { who: "person" }, why: [{ rule: "breaker" }] });
  });

  test("without a driver says so", async () => {
    const town = await startTown();
    const [id = ""] = await town.file(["one"]);
    await town.call("pause");
    await town.call("sling", { beads: [id] });
    await town.call("updateRig", { rig: "sample", settings: { driver: null } });
    const value = await explain(town, id);
    expect(value.why).toContainEqual({ rule: "driver", text: expect.stringContaining("which agent") });
  });

  test("under way, in review, merged, failed and never slung each say whose it is", async () => {
    const town = await startTown();
    const [never = ""] = await town.file(["never"]);
    expect(await explain(town, never)).toMatchObject({
      owner: { who: "person" },
      hints: [`gt sling ${never}`],
    });
    const [id = ""] = await slung(town, "slow one");
    const agent = (await town.get(id)).assignee ?? "";
    expect(await explain(town, id)).toMatchObject({
      state: "in_progress",
      owner: { who: "agent", name: agent },
    });
    await town.call("drain");
    await town.settle(1);
    const request = readSatellite(await town.get(id), "work")?.merge_request ?? "";
    expect(await explain(town, id)).toMatchObject({ state: "in_review", owner: { who: "refinery" } });
    expect(await explain(town, request)).toMatchObject({
      kind: "merge request",
      state: "queued",
      why: expect.arrayContaining([expect.objectContaining({ rule: "paused" })]),
    });
    await town.call("resume");
    await town.settle(1);
    expect(await explain(town, id)).toMatchObject({ state: "closed", owner: { who: "nobody" } });
    expect(await explain(town, request)).toMatchObject({ state: "merged", owner: { who: "nobody" } });
    const [bad = ""] = await slung(town, "crash bad");
    await town.settle(2);
    expect(await explain(town, bad)).toMatchObject({
      state: "failed",
      owner: { who: "person" },
      why: [{ text: expect.stringContaining("5 of 5") }],
    });
  });
});

test("an agent, a rig, a convoy, an escalation, a message and a gate have an owner and a next step", async () => {
  const town = await startTown();
  const [id = ""] = await slung(town, "slow one");
  const agent = (await town.get(id)).assignee ?? "";
  expect(await explain(town, agent)).toMatchObject({
    kind: "agent",
    state: "working",
    owner: { who: "agent", name: agent },
    next: expect.arrayContaining([expect.objectContaining({ at: expect.any(String) })]),
  });
  await town.call("estop", { agent, reason: "wait" });
  expect(await explain(town, agent)).toMatchObject({
    owner: { who: "person" },
    why: [{ rule: "emergency stop" }, {}, {}],
  });
  expect(await explain(town, "sample")).toMatchObject({
    kind: "rig",
    state: "ready",
    owner: { who: "town" },
  });
  await town.call("parkRig", { rig: "sample", parked: true });
  expect(await explain(town, "sample")).toMatchObject({ state: "parked", owner: { who: "person" } });
  const convoy = await town.call("createConvoy", { title: "both", beads: [id] });
  expect(await explain(town, convoy.id)).toMatchObject({ kind: "convoy", state: "open" });
  const gate = await town.call("createBead", { rig: "sample", title: "approval", issue_type: "gate" });
  expect(await explain(town, gate.id)).toMatchObject({ kind: "gate", owner: { who: "person" } });
  expect(explain(town, "sample/nobody")).rejects.toMatchObject({ code: "not_found" });
  expect(explain(town, "sa-nothing")).rejects.toMatchObject({ code: "not_found" });
});

describe("tries begin anew", () => {
  const tries = async (town: TestTown, id: string) => readSatellite(await town.get(id), "work")?.tries;

  test("when a person slings a bead in back-off again: it goes on at once", async () => {
    const town = await startTown();
    const [id = ""] = await slung(town, "crash(1) once");
    expect(await tries(town, id)).toBe(1);
    await town.call("sling", { beads: [id] });
    await town.host.advance(5_000);
    expect(readSatellite(await town.get(id), "work")).toMatchObject({ attempt: 2, tries: 1 });
  });

  test("when a person changes what is asked, and by no other edit", async () => {
    const town = await startTown();
    const [id = ""] = await slung(town, "crash never works");
    await town.call("patchBead", { id, priority: 1 });
    await town.call("comment", { id, text: "hm" });
    expect(await tries(town, id)).toBe(1);
    expect((await town.get(id)).defer_until).toBeString();
    await town.call("patchBead", { id, description: "```sh\nfalse\n```" });
    await town.host.advance(5_000);
    expect(readSatellite(await town.get(id), "work")).toMatchObject({ attempt: 2, tries: 1 });
  });

  test("when it is reopened; the attempt number never goes back", async () => {
    const town = await startTown();
    const [id = ""] = await slung(town, "crash never works");
    await town.settle(2);
    expect(await town.get(id)).toMatchObject({ status: "failed" });
    await town.call("reopenBead", { id });
    expect(readSatellite(await town.get(id), "work")).toMatchObject({ attempt: 5, tries: 0 });
    await town.call("sling", { beads: [id] });
    await town.host.advance(5_000);
    expect(readSatellite(await town.get(id), "work")).toMatchObject({ attempt: 6, tries: 1 });
  });

  test("not by runs that are ended from outside: they are tries, and end (cloud 9.1.1, 9.1.2)", async () => {
    const exited = { type: "exited", ok: false, code: null, signal: "SIGTERM", tail: "" } as const;
    const town = await TestTown.start({
      script: () => () => [
        { after: 20, event: { type: "started", pid: 1, isolation: "process" } },
        { after: 1_000, event: { ...exited, reason: "told to end", error_code: "cancelled" } },
      ],
    });
    await town.addRig();
    const [id = ""] = await slung(town, "interrupted");
    await town.settle(3);
    expect(await town.get(id)).toMatchObject({ status: "failed" });
    expect(town.sandboxes.runs).toHaveLength(5);
    expect((await town.call("view")).brake).toBeUndefined();
  });
});
