/** Escalations: raised once, counted while they stand, taken in hand, settled by people or by what they were about. */
import { describe, expect, test } from "bun:test";
import type { Port } from "../../actors/kernel/host.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { AppError } from "../../store/schema/errors.ts";
import { readSatellite } from "../../store/schema/satellite.ts";
import { TestTown } from "./test-town.ts";

const HOUR = 3_600_000;

async function open(town: TestTown): Promise<Bead[]> {
  // SAFETY: the answer of `escalations`.
  return (await town.call("escalations")) as Bead[];
}

describe("escalations", () => {
  test("the same source and category make one bead, which takes the higher severity", async () => {
    const town = await TestTown.start();
    const ask = { title: "Which database?", category: "decision", source: "sa-1" };
    const first = (await town.call("escalate", { ...ask, severity: "low" })) as Bead;
    await town.host.advance(60_000);
    const second = (await town.call("escalate", { ...ask, severity: "high" })) as Bead;
    await town.host.advance(60_000);
    await town.call("escalate", { ...ask, severity: "medium" });
    expect(second.id).toBe(first.id);
    const [bead] = await open(town);
    expect(await open(town)).toHaveLength(1);
    const escalation = bead && readSatellite(bead, "escalation");
    expect(escalation).toMatchObject({ severity: "high", original_severity: "low", raised: 3 });
    expect(bead?.priority).toBe(1);
  });

  test("acknowledged and resolved once each, by whom is on record, and a new one follows a settled one", async () => {
    const town = await TestTown.start();
    const ask = { title: "Help", category: "help", source: "sa-1" };
    const { id } = (await town.call("escalate", ask)) as Bead;
    await town.call("acknowledgeEscalation", { id });
    await town.call("acknowledgeEscalation", { id, by: "bob" });
    expect(readSatellite(await town.get(id), "escalation")).toMatchObject({ acknowledged_by: "ada" });
    await town.call("resolveEscalation", { id, reason: "told it which" });
    const before = town.commits;
    await town.call("resolveEscalation", { id, by: "bob" });
    expect(town.commits).toBe(before);
    expect(await town.get(id)).toMatchObject({ status: "closed", close_reason: "told it which" });
    expect(readSatellite(await town.get(id), "escalation")).toMatchObject({ resolved_by: "ada" });
    expect(((await town.call("escalate", ask)) as Bead).id).not.toBe(id);
  });

  test("an agent may raise one and not settle it", async () => {
    const town = await TestTown.start();
    const { id } = (await town.call("escalate", { title: "Help", by: "sample/toast" })) as Bead;
    expect(town.call("acknowledgeEscalation", { id, by: "sample/toast" })).rejects.toMatchObject({
      code: "invalid_transition",
    });
    expect(town.call("resolveEscalation", { id, by: "sample/toast" })).rejects.toMatchObject({
      code: "invalid_transition",
    });
  });

  test("a bead that fails for good raises one", async () => {
    const town = await TestTown.start();
    await town.addRig();
    const [id = ""] = await town.file(["a missing program"]);
    await town.call("sling", { beads: [id] });
    await town.settle();
    expect((await town.get(id)).status).toBe("failed");
    const [bead] = await open(town);
    expect(bead && readSatellite(bead, "escalation")).toMatchObject({ source: id, category: "failed" });
  });

  test("3.6 goes up while nobody acknowledges it: after 4, 8 and 12 hours, by all ways of its severity, and no further", async () => {
    const town = await TestTown.start();
    const { id } = (await town.call("escalate", { title: "Help", severity: "medium" })) as Bead;
    const seen: string[] = [];
    const look = async () => {
      const escalation = readSatellite(await town.get(id), "escalation");
      seen.push(`${escalation?.severity} ${escalation?.reescalations}`);
    };
    await look();
    for (const hours of [4, 8, 12, 100]) {
      await town.host.advance(hours * HOUR - 180_000);
      await look();
      await town.host.advance(181_000);
      await look();
    }
    expect(seen).toEqual([
      "medium 0",
      "medium 0",
      "high 1",
      "high 1",
      "critical 2",
      "critical 2",
      "critical 3",
      "critical 3",
      "critical 3",
    ]);
    // Every way is told anew each time, not the mayor alone.
    const told = town.notified.map(({ route, message }) => `${route} ${message.level}`);
    expect(told.sort()).toEqual(
      [1, 2, 3].flatMap(level => ["desktop", "email", "webhook"].map(route => `${route} ${level}`)).sort(),
    );
    expect(town.host.system.nextAlarm).toBeNull();
  });

  test("3.6 the clock starts anew at each raising, and not at the first: a crash between changes nothing", async () => {
    const town = await TestTown.start({ evictAlways: true });
    const { id } = (await town.call("escalate", { title: "Help", severity: "low" })) as Bead;
    await town.host.advance(2 * HOUR);
    await town.restart();
    await town.host.advance(3 * HOUR);
    expect(readSatellite(await town.get(id), "escalation")).toMatchObject({ reescalations: 1 });
    await town.host.advance(6 * HOUR);
    await town.restart();
    expect(readSatellite(await town.get(id), "escalation")).toMatchObject({ reescalations: 1 });
    await town.host.advance(2 * HOUR);
    expect(readSatellite(await town.get(id), "escalation")).toMatchObject({ reescalations: 2 });
  });

  test("acknowledged, it goes up no more", async () => {
    const town = await TestTown.start();
    const { id } = (await town.call("escalate", { title: "Help", severity: "low" })) as Bead;
    await town.call("acknowledgeEscalation", { id });
    await town.host.advance(100 * HOUR);
    expect(readSatellite(await town.get(id), "escalation")).toMatchObject({
      severity: "low",
      reescalations: 0,
    });
    expect(town.host.system.nextAlarm).toBeNull();
  });

  test("times and ways are the town's settings", async () => {
    const town = await TestTown.start();
    await town.call("setEscalationSettings", {
      reescalate_after_s: 3_600,
      max_reescalations: 1,
      routes: { low: ["webhook"], medium: [] },
    });
    await town.call("escalate", { title: "Help", severity: "low" });
    await town.host.advance(10 * HOUR);
    expect(town.notified.map(({ route, message }) => [route, message.severity])).toEqual([
      ["webhook", "low"],
    ]);
    expect(await town.call("escalationSettings")).toMatchObject({
      max_reescalations: 1,
      routes: { low: ["webhook"], high: expect.any(Array) },
    });
    expect(town.call("setEscalationSettings", { by: "sample/toast" })).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  test("6.12 a way that fails is tried again, is on record, keeps nothing up, and is given up in words", async () => {
    const town = await TestTown.start();
    town.notifyAnswer = name =>
      name.endsWith("/webhook")
        ? { outcome: "failed", reason: "503 Bearer abcdefghijklmnop" }
        : { outcome: "sent" };
    const { id } = (await town.call("escalate", { title: "Help", severity: "high" })) as Bead;
    await town.host.advance(3 * HOUR);
    const tries = town.notified.filter(({ route }) => route === "webhook");
    expect(tries.length).toBe(6);
    expect(new Set(tries.map(({ message }) => message.key)).size).toBe(1);
    const notifications = readSatellite(await town.get(id), "escalation")?.notifications;
    expect(notifications?.find(({ route }) => route === "webhook")).toMatchObject({
      state: "failed",
      tries: 6,
      reason: "503 Bearer [secret]",
    });
    expect(notifications?.find(({ route }) => route === "email")).toMatchObject({ state: "sent" });
    const feed = await town.call("feed");
    expect(feed.some(event => event.type === "escalation.not_told")).toBe(true);
  });

  test("what was to be told when the host died is told after it, under the same key", async () => {
    const town = await TestTown.start({
      port: (kind, itself) => (kind === "notify" ? { call: (...args) => hang(args, itself) } : itself),
    });
    let hangs = true;
    const hang = (args: Parameters<Port["call"]>, itself: Port) =>
      hangs ? new Promise<never>(() => undefined) : itself.call(...args);
    await town.call("setEscalationSettings", { routes: { high: ["webhook"] } });
    const { id } = (await town.call("escalate", { title: "Help", severity: "high" })) as Bead;
    await town.host.drain();
    expect(readSatellite(await town.get(id), "escalation")?.notifications).toMatchObject([
      { state: "sending" },
    ]);
    hangs = false;
    await town.restart();
    await town.host.advance(HOUR);
    expect(readSatellite(await town.get(id), "escalation")?.notifications).toMatchObject([{ state: "sent" }]);
    expect(new Set(town.notified.map(({ message }) => message.key))).toEqual(new Set([`${id}/0`]));
  });

  test("6.12 a way that never answers, whatever becomes of the host, is given up after as many tries as one that fails", async () => {
    let sent = 0;
    const port = (kind: string, itself: Port): Port => {
      const hang = () => {
        sent += 1;
        return new Promise<never>(() => undefined);
      };
      return kind === "notify" ? { call: hang } : itself;
    };
    const town = await TestTown.start({ port });
    await town.call("setEscalationSettings", { routes: { high: ["webhook"] }, max_reescalations: 0 });
    const { id } = (await town.call("escalate", { title: "Help", severity: "high" })) as Bead;
    for (let i = 0; i < 12; i += 1) {
      await town.host.advance(6 * 60_000);
      await town.restart();
    }
    expect(readSatellite(await town.get(id), "escalation")?.notifications).toMatchObject([
      { state: "failed", tries: 6, reason: "nothing was heard of it" },
    ]);
    // What was on its way already comes to its deadline; nothing new is sent.
    await town.host.advance(12 * HOUR);
    expect(sent).toBeLessThan(60);
    const before = sent;
    await town.host.advance(48 * HOUR);
    expect(sent).toBe(before);
    expect((await town.call("feed")).some(event => event.type === "escalation.not_told")).toBe(true);
  });

  test("no secret goes into a bead or out of the town", async () => {
    const town = await TestTown.start();
    const secret = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
    const ask = {
      title: `Push with ${secret} fails`,
      text: `https://ada:${secret}@example.com`,
      severity: "high",
    };
    const { id } = (await town.call("escalate", ask)) as Bead;
    await town.host.drain();
    expect(JSON.stringify(await town.get(id))).not.toContain(secret);
    expect(JSON.stringify([town.notified, town.published])).not.toContain(secret);
    expect(town.notified.length).toBeGreaterThan(0);
  });

  test("9.1.11 what an agent escalates is listed, routed, and goes up like any other", async () => {
    const town = await TestTown.start();
    await town.call("escalate", { title: "Help", severity: "high", by: "sample/toast" });
    await town.host.drain();
    const [bead] = await open(town);
    expect(bead && readSatellite(bead, "escalation")).toMatchObject({ raised_by: "sample/toast" });
    expect(town.notified.length).toBe(3);
    await town.host.advance(5 * HOUR);
    expect(readSatellite(await town.get(bead?.id ?? ""), "escalation")).toMatchObject({
      severity: "critical",
    });
  });

  test("6.2.17 an escalation is never given to a polecat as work", async () => {
    const town = await TestTown.start();
    await town.addRig();
    const { id } = (await town.call("escalate", { title: "Help" })) as Bead;
    expect(town.call("sling", { beads: [id], rig: "sample" })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    expect((await town.call("ready")).map(bead => bead.id)).not.toContain(id);
  });

  test("a failed bead that is taken up again settles its escalation, and the same cause is a new one", async () => {
    const town = await TestTown.start();
    await town.addRig();
    const [id = ""] = await town.file(["a missing program"]);
    await town.call("sling", { beads: [id] });
    await town.host.advance(60_000);
    expect(await open(town)).toHaveLength(1);
    await town.call("reopenBead", { id });
    expect(await open(town)).toEqual([]);
    await town.call("sling", { beads: [id] });
    await town.host.advance(60_000);
    expect(await open(town)).toHaveLength(1);
  });
});

describe("where the town gives up", () => {
  const about = async (town: TestTown, source: string, category: string) =>
    (await open(town)).filter(bead => {
      const escalation = readSatellite(bead, "escalation");
      return escalation?.source === source && escalation.category === category;
    });

  test("an agent whose sandbox goes down again and again is escalated once, until a run of it holds", async () => {
    const town = await TestTown.start();
    await town.addRig("sample", "sa", { driver: { kind: "script" }, max_polecats: 1 });
    const [lost = ""] = await town.file(["lose"]);
    await town.call("sling", { beads: [lost] });
    await town.settle();
    expect((await town.get(lost)).status).toBe("failed");
    const [bead, ...more] = await about(town, "sample/toast", "lifecycle");
    expect(more).toEqual([]);
    expect(bead && readSatellite(bead, "escalation")).toMatchObject({
      original_severity: "high",
      raised_by: "town",
      raised: 5,
    });
    expect(bead?.description).toContain(lost);

    const [good] = await town.file(["good"]);
    await town.call("sling", { beads: [good] });
    await town.host.advance(60_000);
    expect(await about(town, "sample/toast", "lifecycle")).toEqual([]);
    expect(await town.get(bead?.id ?? "")).toMatchObject({
      status: "closed",
      close_reason: "a run of sample/toast held",
    });
  });

  test("a sandbox that is lost and comes up again is none", async () => {
    const town = await TestTown.start();
    await town.addRig();
    const [id = ""] = await town.file(["loseonce"]);
    await town.call("sling", { beads: [id] });
    await town.settle();
    expect((await town.get(id)).status).toBe("closed");
    expect(await open(town)).toEqual([]);
  });

  test("a rig whose clone fails when nobody waits for it is escalated, until it is there", async () => {
    const badUrls: Record<string, AppError> = {
      "/remotes/sample.git": new AppError("remote_unreachable", "no route to the host"),
    };
    const town = await TestTown.start({ badUrls });
    const rig = { name: "sample", git_url: "/remotes/sample.git", prefix: "sa" };
    await town.call("beginRig", rig);
    await town.restart();
    await town.host.advance(HOUR);
    expect(await town.call("rigs")).toEqual([]);
    const [bead] = await about(town, "sample", "lifecycle");
    expect(bead?.title).toContain("no route to the host");

    // Whoever waits for it hears of it.
    await expect(town.addRig()).rejects.toMatchObject({ code: "remote_unreachable" });
    expect(await open(town)).toHaveLength(1);
    delete badUrls["/remotes/sample.git"];
    await town.addRig();
    expect(await open(town)).toEqual([]);
  });

  /** One polecat, and beads of which each fails once and is then done. */
  async function failing(settings: object, titles: readonly string[]): Promise<TestTown> {
    const town = await TestTown.start();
    await town.call("setEscalationSettings", settings);
    await town.addRig("sample", "sa", { driver: { kind: "script" }, max_polecats: 1 });
    await town.call("sling", { beads: await town.file(titles) });
    return town;
  }

  test("so many failures of one agent within the window are escalated once, and work of it that is merged settles that", async () => {
    const town = await failing({ agent_failures: 3 }, ["crash(1)", "crash(1)", "crash(1)"]);
    const seen = new Set<string>();
    for (let step = 0; step < 300; step += 1) {
      await town.host.advance(1_000);
      for (const bead of await about(town, "sample/toast", "failed")) seen.add(bead.id);
    }
    expect(seen.size).toBe(1);
    const [id = ""] = seen;
    const bead = await town.get(id);
    expect(bead).toMatchObject({ title: "sample/toast failed 3 times within 30 minutes", status: "closed" });
    expect(readSatellite(bead, "escalation")).toMatchObject({ severity: "high", resolved_by: "town" });
    expect(await open(town)).toEqual([]);
  });

  test("it settles by itself when no more fail within the window, also across a crash of the host", async () => {
    const town = await failing({ agent_failures: 3, agent_failures_window_s: 3_600 }, ["crash"]);
    await town.settle(1);
    const [bead] = await about(town, "sample/toast", "failed");
    expect(bead && readSatellite(bead, "escalation")).toMatchObject({ raised: 3 });
    await town.restart();
    expect(await about(town, "sample/toast", "failed")).toHaveLength(1);
    await town.host.advance(HOUR);
    expect(await about(town, "sample/toast", "failed")).toEqual([]);
  });

  test("fewer are none, nor is one bead alone by default, nor any when people want none", async () => {
    for (const [settings, titles] of [
      [{ agent_failures: 4 }, ["crash(1)", "crash(1)", "crash(1)"]],
      [{}, ["crash"]],
      [{ agent_failures: 0 }, ["crash", "crash"]],
    ] as const) {
      const town = await failing(settings, titles);
      await town.settle();
      expect(await about(town, "sample/toast", "failed")).toEqual([]);
      const all = (await town.call("escalations", { all: true })) as Bead[];
      expect(all.map(bead => readSatellite(bead, "escalation")?.source)).not.toContain("sample/toast");
    }
  });
});
