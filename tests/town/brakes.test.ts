/** Drain, emergency stop, parked rigs and held beads, in simulated time. */
import { describe, expect, test } from "bun:test";
import { readSatellite } from "../../store/schema/satellite.ts";
import type { Brake } from "../../store/schema/views.ts";
import { TestTown } from "./test-town.ts";

const MINUTE = 60_000;

async function startTown(): Promise<TestTown> {
  const town = await TestTown.start();
  await town.addRig();
  return town;
}
const status = async (town: TestTown, id: string) => (await town.get(id)).status;
const brake = async (town: TestTown) => (await town.call("brake")) as Brake | null;

describe("drain", () => {
  test("starts nothing new, lets what runs finish, and then says that it is drained (R10)", async () => {
    const town = await startTown();
    const [one = "", two = ""] = await town.file(["slow one", "two"]);
    await town.call("sling", { beads: [one] });
    await town.host.advance(5_000);
    await town.call("drain", { reason: "new machine" });
    await town.call("sling", { beads: [two] });
    expect(await brake(town)).toMatchObject({ kind: "drain", running: [expect.stringMatching(/^sample\//)] });
    await town.settle(1);
    expect(await brake(town)).toMatchObject({ kind: "drain", drained_at: expect.any(String), running: [] });
    // What ran was submitted; its merge waits, as does the other bead.
    expect(await status(town, one)).toBe("in_review");
    expect(await status(town, two)).toBe("open");
    const feed = await town.call("feed");
    expect(feed.filter(event => event.type === "town.drained")).toHaveLength(1);
    const { commits } = town;
    await town.host.advance(60 * MINUTE);
    expect(town.commits).toBe(commits);
    await town.call("resume");
    await town.settle(1);
    expect([await status(town, one), await status(town, two)]).toEqual(["closed", "closed"]);
    expect(await brake(town)).toBeNull();
  });

  test("a town at rest is drained at once, and asking again changes nothing", async () => {
    const town = await startTown();
    expect(await town.call("drain")).toMatchObject({ kind: "drain" });
    const first = await brake(town);
    expect(first?.drained_at).toBeString();
    await town.host.advance(1_000);
    await town.call("drain");
    expect(await brake(town)).toEqual(first);
  });
});

describe("emergency stop", () => {
  test("freezes every run, starts nothing, survives the death of the host, and all goes on where it stood", async () => {
    const town = await startTown();
    const beads = await town.file(["slow one", "slow two"]);
    await town.call("sling", { beads });
    await town.host.advance(5_000);
    const [late = ""] = await town.file(["late"]);
    await town.call("estop", { reason: "they delete things" });
    await town.host.drain();
    expect(town.sandboxes.live.map(run => run.frozen)).toEqual([true, true]);
    for (const agent of await town.call("agents")) expect(agent.frozen).toBeString();
    await town.call("sling", { beads: [late] });
    await town.host.advance(30 * MINUTE);
    await town.restart();
    await town.host.advance(30 * MINUTE);
    expect(town.sandboxes.runs).toHaveLength(2);
    expect(town.sandboxes.live.map(run => run.frozen)).toEqual([true, true]);
    expect(await status(town, beads[0] ?? "")).toBe("in_progress");
    expect((await town.call("view")).brake).toMatchObject({ kind: "estop", by: "ada" });

    await town.call("thaw");
    await town.settle(1);
    for (const id of [...beads, late]) {
      expect(await status(town, id)).toBe("closed");
      expect((await town.get(id)).metadata?.work).toMatchObject({ attempt: 1 });
    }
    expect((await town.call("agents")).every(agent => agent.frozen === undefined)).toBe(true);
  });

  test("a run that is only starting stands still as soon as it is there", async () => {
    const town = await startTown();
    const beads = await town.file(["slow one"]);
    await town.call("sling", { beads });
    await town.call("estop");
    await town.host.advance(10 * MINUTE);
    expect(town.sandboxes.live.map(run => run.frozen)).toEqual([true]);
    await town.call("thaw");
    await town.settle(1);
    expect(await status(town, beads[0] ?? "")).toBe("closed");
  });

  test("a sandbox that dies meanwhile is started again only after the thaw", async () => {
    const town = await startTown();
    const [id = ""] = await town.file(["slow one"]);
    await town.call("sling", { beads: [id] });
    await town.host.advance(5_000);
    await town.call("estop");
    await town.host.drain();
    for (const run of town.sandboxes.live) town.sandboxes.kill(run);
    await town.host.advance(60 * MINUTE);
    expect(town.sandboxes.runs).toHaveLength(1);
    await town.call("thaw");
    await town.settle(1);
    expect(town.sandboxes.runs.length).toBeGreaterThan(1);
    expect(await status(town, id)).toBe("closed");
    expect((await town.get(id)).metadata?.work).toMatchObject({ attempt: 1 });
  });

  test("of one agent leaves the others at work, and keeps new work from it", async () => {
    const town = await startTown();
    const beads = await town.file(["slow one", "slow two"]);
    await town.call("sling", { beads });
    await town.host.advance(5_000);
    const held = (await town.get(beads[0] ?? "")).assignee ?? "";
    await town.call("estop", { agent: held });
    await town.settle(1);
    expect(await status(town, beads[0] ?? "")).toBe("in_progress");
    expect(await status(town, beads[1] ?? "")).toBe("closed");
    await town.call("thaw", { agent: held });
    await town.settle(1);
    expect(await status(town, beads[0] ?? "")).toBe("closed");
    expect(town.call("estop", { agent: "sample/nobody" })).rejects.toMatchObject({ code: "not_found" });
  });

  test("a frozen agent can be stopped, and its bead goes to another", async () => {
    const town = await startTown();
    const [id = ""] = await town.file(["slow(1) one"]);
    await town.call("sling", { beads: [id] });
    await town.host.advance(5_000);
    const agent = (await town.get(id)).assignee ?? "";
    await town.call("estop", { agent });
    await town.host.drain();
    await town.call("agentReset", { agent });
    await town.settle(1);
    expect(await status(town, id)).toBe("closed");
    const work = readSatellite(await town.get(id), "work");
    expect(work?.attempts.map(entry => entry.agent)).toEqual([agent, expect.not.stringMatching(agent)]);
  });

  test("is for people: an agent may neither order nor end it", async () => {
    const town = await startTown();
    const asked = { by: "sample/toast" };
    for (const method of ["estop", "thaw", "drain"]) {
      expect(town.call(method, asked)).rejects.toMatchObject({ code: "forbidden" });
    }
  });
});

describe("what is not dispatched", () => {
  test("a parked rig starts nothing, says so, and goes on when it is unparked", async () => {
    const town = await startTown();
    await town.addRig("other", "ot");
    const [here = "", waits = ""] = await town.file(["slow here", "waits"]);
    const [there = ""] = await town.file(["there"], "other");
    await town.call("updateRig", { rig: "sample", settings: { max_polecats: 1 } });
    await town.call("sling", { beads: [here, waits, there] });
    await town.host.advance(5_000);
    await town.call("parkRig", { rig: "sample", parked: true, reason: "release week" });
    await town.settle(1);
    expect([await status(town, here), await status(town, waits), await status(town, there)]).toEqual([
      "in_review",
      "open",
      "closed",
    ]);
    const [more = ""] = await town.file(["more"]);
    expect(town.call("sling", { beads: [more] })).rejects.toMatchObject({
      code: "unavailable",
      hint: expect.stringContaining("unpark"),
    });
    await town.call("parkRig", { rig: "sample", parked: false });
    await town.settle(1);
    expect([await status(town, here), await status(town, waits)]).toEqual(["closed", "closed"]);
  });

  test("held beads never are, and take no place from others (cloud 6.3.5, 6.17)", async () => {
    const town = await startTown();
    await town.call("updateRig", { rig: "sample", settings: { max_polecats: 1 } });
    const [held = "", free = ""] = await town.file(["held", "free"]);
    await town.call("holdBeads", { beads: [held], held: true });
    await town.call("sling", { beads: [held, free] });
    await town.settle(1);
    expect([await status(town, held), await status(town, free)]).toEqual(["open", "closed"]);
    expect(town.sandboxes.runs.filter(run => run.spec.job.bead.id === held)).toEqual([]);
    await town.call("holdBeads", { beads: [held], held: false });
    await town.settle(1);
    expect(await status(town, held)).toBe("closed");
  });

  test("a bead behind a gate is not, until the gate is resolved", async () => {
    const town = await startTown();
    const [id = ""] = await town.file(["behind"]);
    const gate = await town.call("createBead", { rig: "sample", title: "approval", issue_type: "gate" });
    await town.call("addDependency", { id, depends_on: gate.id, type: "blocks" });
    await town.call("sling", { beads: [id] });
    await town.settle(1);
    expect(await status(town, id)).toBe("open");
    await town.call("closeBead", { id: gate.id, reason: "approved" });
    await town.settle(1);
    expect(await status(town, id)).toBe("closed");
  });
});
