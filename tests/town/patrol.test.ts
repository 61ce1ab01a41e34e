/** The witness patrol: what it finds, in tiers, and whom it leaves alone. */
import { describe, expect, test } from "bun:test";
import type { FakeRun } from "../../actors/testing/fake-sandboxes.ts";
import type { Evidence } from "../../agent-sandbox/protocol/control.ts";
import type { NewSandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import type { AgentHistory, PatrolLine, TriageView } from "../../store/schema/patrol.ts";
import { readSatellite } from "../../store/schema/satellite.ts";
import { TestTown } from "./test-town.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Options {
  readonly evidence?: (run: FakeRun, now: number) => Evidence | undefined;
  readonly activity?: NewSandboxEvent;
}

/** A town whose agents never come to an end, and show what the test says. */
async function startTown({
  evidence,
  activity,
}: Options): Promise<{ town: TestTown; id: string; agent: string }> {
  const town = await TestTown.start({
    ...(evidence === undefined ? {} : { evidence }),
    script: () => () => [
      { after: 20, event: { type: "started", pid: 1, isolation: "process" } },
      { after: 5, event: activity ?? { type: "activity", activity: "working" } },
    ],
  });
  await town.addRig();
  const [id = ""] = await town.file(["endless"]);
  await town.call("sling", { beads: [id] });
  await town.host.advance(10_000);
  return { town, id, agent: (await town.get(id)).assignee ?? "" };
}

const since = (run: FakeRun, now: number) => now - run.startedAt;
const silent = (run: FakeRun, now: number): Evidence => ({
  quiet_ms: since(run, now),
  cpu_ms: 100,
  frozen: false,
});
const findings = async (town: TestTown) =>
  (await town.call("feed", { limit: 2_000 }))
    .filter(({ type }) => type === "patrol.finding")
    .map(({ text }) => text);
const triage = async (town: TestTown) => (await town.call("triage")) as TriageView[];
const lines = async (town: TestTown) => (await town.call("patrolView")) as PatrolLine[];
const history = async (town: TestTown, agent: string) =>
  (await town.call("agentHistory", { agent })) as AgentHistory;

const wisps = (town: TestTown) =>
  town
    .all()
    .filter(bead => bead.wisp_type === "patrol")
    .map(({ id, title, status, ephemeral }) => ({ id, title, status, ephemeral }));

describe("records of the patrol", () => {
  test("are wisps of the town, one for each finding, that are shared with nobody", async () => {
    const { town, id, agent } = await startTown({ evidence: silent });
    await town.host.advance(80 * MINUTE);
    expect(wisps(town).sort((a, b) => (a.title < b.title ? -1 : 1))).toMatchObject(
      ["nudge", "triage"].map(tier => ({
        id: expect.stringMatching(/^hq-wisp-/),
        title: `${agent} is stale on ${id} (${tier})`,
        status: "closed",
        ephemeral: true,
      })),
    );
  });

  test("are squashed when there are many: the newest stay, the others are counted", async () => {
    const town = await TestTown.start({
      script: () => () => [
        { after: 20, event: { type: "started", pid: 1, isolation: "process" } },
        { after: 20 * MINUTE, die: true },
      ],
    });
    await town.addRig();
    const ids = await town.file(Array.from({ length: 30 }, (_, n) => `dies ${n}`));
    await town.call("sling", { beads: ids });
    await town.host.advance(72 * HOUR);
    const digest = town.all().find(({ id }) => id === "hq-wisp-patrol-digest");
    const counts = Object.values((digest && readSatellite(digest, "patrol")?.counts) ?? {});
    const single = wisps(town).length - 1;
    expect(single).toBeGreaterThanOrEqual(50);
    expect(single).toBeLessThan(75);
    const said = (await town.call("feed", { limit: 2_000 })).filter(({ type }) => type === "patrol.finding");
    expect(counts.reduce((sum, count) => sum + count, 0) + single).toBe(said.length);
  });
});

describe("a process that is gone", () => {
  test("is a zombie that is started again, and in the end a crash loop; each with evidence on the agent", async () => {
    const town = await TestTown.start({
      script: () => () => [
        { after: 20, event: { type: "started", pid: 1, isolation: "process" } },
        { after: 1_000, die: true },
      ],
    });
    await town.addRig();
    const [id = ""] = await town.file(["dies"]);
    await town.call("sling", { beads: [id] });
    await town.host.advance(30 * MINUTE);
    const agent = "sample/toast";
    const found = (await history(town, agent)).findings;
    expect(found.at(-1)).toMatchObject({
      kind: "zombie",
      tier: "restarted",
      bead: id,
      attempt: 1,
      text: expect.stringContaining("run 1 "),
    });
    expect(found.map(({ kind, tier }) => `${kind} ${tier}`)).toContain("crash-loop given up");
    expect(wisps(town).map(({ title }) => title)).toContain(`${agent} is crash-loop on ${id} (given up)`);
  });
});

describe("a silent agent", () => {
  test("is nudged, then looked at by a person, then stopped and its bead given out anew; each once, with evidence (GUPP, cloud 6.5)", async () => {
    const { town, id, agent } = await startTown({ evidence: silent });
    await town.host.advance(30 * MINUTE);
    expect(await findings(town)).toEqual([
      expect.stringMatching(/stale \(nudge\): no output, no processor time/),
    ]);
    expect((await lines(town))[0]).toMatchObject({
      agent,
      bead: id,
      findings: [{ kind: "stale", tier: "nudge" }],
    });
    await town.host.advance(45 * MINUTE);
    expect(await triage(town)).toMatchObject([{ kind: "stale", agent, bead: id, attempt: 1 }]);
    expect(town.all().filter(bead => bead.issue_type === "escalation")).toMatchObject([
      { metadata: { escalation: { category: "stuck", source: agent } } },
    ]);
    await town.host.advance(60 * MINUTE);
    expect(await findings(town)).toHaveLength(3);
    expect(readSatellite(await town.get(id), "work")).toMatchObject({ attempt: 2 });
    const record = await history(town, agent);
    expect(record.findings.map(({ tier }) => tier)).toEqual(["stop", "triage", "nudge"]);
    expect(record.runs).toMatchObject([{ bead: id, attempt: 1, outcome: "stopped" }]);
  });

  test("of which nothing can be known is left alone (cli 3.4, 6.2.3, 6.2.15)", async () => {
    const { town, id } = await startTown({});
    await town.host.advance(10 * HOUR);
    expect(await findings(town)).toEqual([]);
    expect(readSatellite(await town.get(id), "work")).toMatchObject({ attempt: 1 });
    expect(await lines(town)).toMatchObject([{ verdict: "not looked at yet" }]);
  });

  test("that computes is in a long build, and one that writes thinks aloud: neither is killed (cli 3.4, 6.2.3)", async () => {
    const build = await startTown({
      evidence: (run, now) => ({ quiet_ms: since(run, now), cpu_ms: since(run, now) / 2, frozen: false }),
    });
    await build.town.host.advance(5 * HOUR);
    const kinds = (await findings(build.town)).filter(text => !text.includes("stuck"));
    expect(kinds).toEqual([]);
    expect(readSatellite(await build.town.get(build.id), "work")).toMatchObject({ attempt: 1 });
    const thinker = await startTown({
      evidence: () => ({ quiet_ms: 14 * MINUTE, cpu_ms: 1, frozen: false }),
    });
    await thinker.town.host.advance(80 * MINUTE);
    expect(await findings(thinker.town)).toEqual([]);
  });

  test("that stands still by an emergency stop is not judged, and its clocks do not run", async () => {
    const { town } = await startTown({ evidence: silent });
    await town.call("estop");
    await town.host.advance(10 * HOUR);
    await town.call("thaw");
    await town.host.advance(6 * MINUTE);
    expect((await findings(town)).filter(text => text.includes("stop"))).toEqual([]);
  });
});

test("idle with work is found though its process lives", async () => {
  const activity = { type: "activity", activity: "idle" } as const;
  const { town } = await startTown({ activity, evidence: () => ({ quiet_ms: 0, cpu_ms: 1, frozen: false }) });
  await town.host.advance(30 * MINUTE);
  expect(await findings(town)).toEqual([expect.stringContaining("idle (nudge): it has sat idle with work")]);
});

test("who waits for a person, or for his quota until a time, is not punished", async () => {
  for (const activity of ["waiting_for_person", "rate_limited"] as const) {
    const resets_at = "2026-01-02T00:00:00.000Z";
    const event = {
      type: "activity",
      activity,
      ...(activity === "rate_limited" ? { resets_at } : {}),
    } as const;
    const { town, id } = await startTown({ activity: event, evidence: silent });
    await town.host.advance(10 * HOUR);
    expect(await findings(town)).toEqual([]);
    expect(readSatellite(await town.get(id), "work")).toMatchObject({ attempt: 1 });
    const [line] = await lines(town);
    expect(line?.verdict).toContain(activity === "rate_limited" ? resets_at : "waits for a person");
  }
});

test("an agent in a loop goes through the tiers by the number of equal steps", async () => {
  let count = 5;
  const { town, id } = await startTown({
    evidence: () => ({ quiet_ms: 0, cpu_ms: 1, frozen: false, loop: { what: "Bash make", count } }),
  });
  await town.host.advance(11 * MINUTE);
  expect(await findings(town)).toEqual([]);
  for (const [next, tier] of [
    [10, "nudge"],
    [20, "triage"],
    [40, "stop"],
  ] as const) {
    count = next;
    await town.host.advance(6 * MINUTE);
    expect((await findings(town)).at(-1)).toContain(`looping (${tier}): ${next} times in a row`);
  }
  count = 1;
  await town.host.advance(10 * MINUTE);
  expect(readSatellite(await town.get(id), "work")).toMatchObject({ attempt: 2, tries: 2 });
});

test("busy without a commit is told of, and never stopped for that; thresholds are the rig's", async () => {
  const { town, id } = await startTown({ evidence: () => ({ quiet_ms: 0, cpu_ms: 1, frozen: false }) });
  await town.call("updateRig", { rig: "sample", settings: { patrol: { stuck_min: 30 } } });
  await town.host.advance(8 * HOUR);
  expect((await findings(town)).map(text => /\((\w+)\)/.exec(text)?.[1])).toEqual(["nudge", "triage"]);
  expect(readSatellite(await town.get(id), "work")).toMatchObject({ attempt: 1 });
});

describe("requests for triage", () => {
  test("are a few at most, one for each agent and kind, and never worked on themselves (cloud 6.11)", async () => {
    const { town } = await startTown({ evidence: silent });
    const more = await town.file(Array.from({ length: 7 }, (_, i) => `endless ${i}`));
    await town.call("updateRig", { rig: "sample", settings: { max_polecats: 10 } });
    await town.call("sling", { beads: more });
    await town.host.advance(80 * MINUTE);
    const open = await triage(town);
    expect(open).toHaveLength(5);
    expect(new Set(open.map(({ agent }) => agent)).size).toBe(5);
    const [first] = open;
    expect(
      await town.call("sling", { beads: [first?.id], rig: "sample" }).catch((error: unknown) => error),
    ).toMatchObject({
      code: "invalid_argument",
    });
  });

  test("go when what they are about is over, and so never stand in the way of new ones (cloud 6.11, #1878)", async () => {
    const { town, id, agent } = await startTown({ evidence: silent });
    await town.host.advance(75 * MINUTE);
    const asked: string[] = (await triage(town)).map(({ attempt }) => `${attempt}`);
    // Each attempt is stopped in the end, and the next is asked about anew.
    for (let i = 0; i < 6; i++) {
      await town.host.advance(30 * MINUTE);
      const open = await triage(town);
      expect(open.length).toBeLessThanOrEqual(1);
      asked.push(...open.map(({ attempt }) => `${attempt}`));
      const { attempt } = readSatellite(await town.get(id), "work") ?? {};
      for (const one of open) expect(one.attempt).toBe(attempt ?? 0);
    }
    expect(new Set(asked)).toContain("2");
    await town.call("closeBead", { id });
    await town.settle();
    expect(await triage(town)).toEqual([]);
    const stuck = town.all().flatMap(bead => {
      const escalation = readSatellite(bead, "escalation");
      return escalation?.category === "stuck" ? [[escalation.source, bead.status]] : [];
    });
    expect(stuck.length).toBeGreaterThan(0);
    expect(stuck).toEqual(stuck.map(() => [agent, "closed"]));
  });
  test("are about the attempt that they name: a later one is not ended by an old request (cloud 6.11)", async () => {
    const { town, id, agent } = await startTown({ evidence: silent });
    await town.host.advance(70 * MINUTE);
    const [request] = await triage(town);
    await town.call("agentReset", { agent });
    await town.host.advance(5_000);
    expect(readSatellite(await town.get(id), "work")).toMatchObject({ attempt: 2 });
    await town.call("resolveTriage", { id: request?.id, action: "restart" });
    await town.host.advance(5_000);
    expect(readSatellite(await town.get(id), "work")).toMatchObject({ attempt: 2 });
    expect(await triage(town)).toEqual([]);
  });

  test("restart gives the bead out anew without counting a try, and settles the escalation", async () => {
    const { town, id } = await startTown({ evidence: silent });
    await town.host.advance(70 * MINUTE);
    const [request] = await triage(town);
    expect(
      await town
        .call("resolveTriage", { id: request?.id, action: "restart", by: "sample/toast" })
        .catch((error: unknown) => error),
    ).toMatchObject({ code: "forbidden" });
    await town.call("resolveTriage", { id: request?.id, action: "restart" });
    await town.host.advance(5_000);
    expect(readSatellite(await town.get(id), "work")).toMatchObject({ attempt: 2, tries: 1 });
    expect(town.all().filter(bead => bead.issue_type === "escalation" && bead.status !== "closed")).toEqual(
      [],
    );
  });
});

test("an agent's record tells merged work with commits, failures, usage and time, once each", async () => {
  const town = await TestTown.start({ twice: true });
  await town.addRig();
  await town.call("updateRig", { rig: "sample", settings: { max_polecats: 1 } });
  const [good = "", bad = ""] = await town.file(["good", "crash(1) bad"]);
  await town.call("sling", { beads: [good] });
  await town.settle(1);
  await town.call("sling", { beads: [bad] });
  await town.settle(1);
  await town.restart();
  const agent = (await town.get(good)).assignee ?? "";
  const record = await history(town, agent);
  expect(record.completed.map(one => one.bead).sort()).toEqual([good, bad].sort());
  expect(record.completed[0]?.commit).toMatch(/^[0-9a-f]{40}$/);
  expect(record.failures).toBe(1);
  expect(record.runs.map(run => [run.bead, run.attempt])).toEqual([
    [bad, 2],
    [bad, 1],
    [good, 1],
  ]);
  expect(record.spent).toMatchObject({ input_tokens: 200, attempts: 3 });
});

describe("thresholds", () => {
  const told = async (town: TestTown) => (await findings(town)).map(text => /\((\w+)\)/.exec(text)?.[1]);

  test("are the town's where the rig has none, and change one at a time", async () => {
    const { town } = await startTown({ evidence: silent });
    await town.call("updateSettings", { patrol: { nudge_min: 30 } });
    await town.call("updateRig", { rig: "sample", settings: { patrol: { triage_min: 40 } } });
    await town.host.advance(28 * MINUTE);
    expect(await told(town)).toEqual([]);
    await town.host.advance(10 * MINUTE);
    expect(await told(town)).toEqual(["nudge"]);
    await town.host.advance(10 * MINUTE);
    expect(await told(town)).toEqual(["nudge", "triage"]);
    await town.call("updateRig", { rig: "sample", settings: { patrol: { stop_min: 50 } } });
    expect((await town.call("rigs"))[0]?.settings.patrol).toEqual({ triage_min: 40, stop_min: 50 });
    await town.call("updateRig", { rig: "sample", settings: { patrol: null } });
    expect((await town.call("rigs"))[0]?.settings).not.toHaveProperty("patrol");
  });

  test("that do not come one after the other are refused, and nothing changes", async () => {
    const town = await TestTown.start();
    await town.addRig();
    const wrong = { code: "invalid_argument", hint: expect.stringContaining("--patrol-nudge") };
    await expect(town.call("updateSettings", { patrol: { nudge_min: 60 } })).rejects.toMatchObject(wrong);
    const rig = { rig: "sample", settings: { patrol: { stop_min: 10 } } };
    await expect(town.call("updateRig", rig)).rejects.toMatchObject(wrong);
    expect(JSON.stringify(await town.call("settings"))).not.toContain("patrol");
  });
});

test("a mayor that runs is told of a request for triage, and may decide it", async () => {
  const { town, id, agent } = await startTown({ evidence: silent });
  await town.call("startMayor", { driver: { kind: "exec", preset: "claude", extra_args: [] } });
  await town.host.advance(75 * MINUTE);
  const [request] = await triage(town);
  const mayor = town.sandboxes.live.find(({ spec }) => spec.agent.role === "mayor");
  const said = mayor?.nudges.find(text => text.includes("The patrol asks for a decision")) ?? "";
  expect(said).toContain(`${request?.id}: ${agent} is stale on ${id}, attempt 1`);
  expect(said).toContain(`gt triage resolve ${request?.id} --action restart`);
  await town.call("resolveTriage", { by: "hq/mayor", id: request?.id, action: "restart" });
  expect(await triage(town)).toEqual([]);
  await town.host.advance(MINUTE);
  expect(readSatellite(await town.get(id), "work")).toMatchObject({ attempt: 2 });
});
