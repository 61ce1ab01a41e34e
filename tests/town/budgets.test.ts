/** Budgets: warned of, ended at the limit with the work kept, gone on with when raised; days; and the book of usage. */
import { describe, expect, test } from "bun:test";
import type { FakeSandboxesOptions } from "../../actors/testing/fake-sandboxes.ts";
import type { BudgetView, UsageReport } from "../../store/schema/budget.ts";
import type { Explanation } from "../../store/schema/explanation.ts";
import { readSatellite } from "../../store/schema/satellite.ts";
import { TestTown } from "./test-town.ts";

const HOUR = 3_600_000;
type Script = FakeSandboxesOptions["script"];

const base = "0".repeat(40);
/** An agent that reports totals of 100 tokens and 0.10 USD more each minute, and submits after so many. */
const spender =
  (minutes: number) =>
  (town: TestTown): Script =>
  spec => {
    const { job } = spec;
    if (job.kind === "merge") {
      const commit = town.remote.commit();
      return [
        { after: 20, event: { type: "started", pid: 1, isolation: "process" } },
        { after: 50, event: { type: "merge_result", result: { kind: "merged", commit, already: false } } },
        { after: 10, event: { type: "exited", ok: true, code: 0, signal: null, reason: "merged", tail: "" } },
      ];
    }
    if (job.kind === "session") throw new Error("no mayor here");
    const spent = Array.from({ length: minutes }, (_, i) => ({
      after: 60_000,
      event: {
        type: "usage" as const,
        scope: "total" as const,
        input_tokens: 90 * (i + 1),
        output_tokens: 10 * (i + 1),
        cost_usd: 0.1 * (i + 1),
      },
    }));
    const { bead, attempt, branch } = job;
    const head = town.remote.commit();
    return [
      { after: 20, event: { type: "started", pid: 1, isolation: "process" } },
      ...spent,
      { after: 10, event: { type: "submitted", bead: bead.id, attempt, branch, head, base, commits: 1 } },
      {
        after: 10,
        event: { type: "exited", ok: true, code: 0, signal: null, reason: "submitted", tail: "" },
      },
    ];
  };

async function startTown(minutes = 10, options: object = {}): Promise<TestTown> {
  const town = await TestTown.start({ script: spender(minutes), ...options });
  await town.addRig();
  return town;
}
const setBudget = async (town: TestTown, id: string, patch: object) =>
  (await town.call("setBudget", { id, patch })) as BudgetView | null;
const budgets = async (town: TestTown) => (await town.call("budgets")) as BudgetView[];
const usage = async (town: TestTown, group = "day", days = 7) =>
  (await town.call("usage", { group, days })) as UsageReport;
const work = async (town: TestTown, id: string) => {
  const found = readSatellite(await town.get(id), "work");
  if (found === undefined) throw new Error(`${id} was never slung`);
  return found;
};
const escalations = (town: TestTown) => town.all().filter(bead => bead.issue_type === "escalation");

describe("a limit", () => {
  const LIMITS: readonly [string, object][] = [
    ["tokens", { tokens: 450 }],
    ["money", { usd: 0.45 }],
    ["wall time", { wall_s: 290 }],
  ];
  test.each(LIMITS)(
    "of %s ends the attempt, keeps the work, and lets it go on when it is raised",
    async (_kind, total) => {
      const town = await startTown();
      const [id = ""] = await town.file(["dear"]);
      expect(await setBudget(town, id, { total })).toMatchObject({ scope: "bead", state: "ok" });
      await town.call("sling", { beads: [id] });
      await town.host.advance(4.2 * 60_000);
      const agent = (await town.get(id)).assignee ?? "";
      expect(await budgets(town)).toMatchObject([{ id, state: "warned" }]);
      expect(escalations(town)).toMatchObject([
        { metadata: { escalation: { category: "budget", severity: "low" } } },
      ]);
      await town.settle(2);
      expect(await town.get(id)).toMatchObject({ status: "open", labels: ["gt:slung"] });
      // Not its failure: the try was given back, and it keeps its attempt number, branch and wip.
      expect(await work(town, id)).toMatchObject({ tries: 0, attempt: 1, over_budget: { budget: id } });
      expect(await budgets(town)).toMatchObject([{ state: "over" }]);
      const explained = (await town.call("explainOne", { id })) as Explanation;
      expect(explained).toMatchObject({
        state: "over budget",
        owner: { who: "person" },
        why: [{ rule: "over budget" }],
      });
      expect(escalations(town)).toMatchObject([{ metadata: { escalation: { severity: "high" } } }]);
      const runs = town.sandboxes.runs.length;
      await town.host.advance(3 * HOUR);
      expect(town.sandboxes.runs).toHaveLength(runs);

      await setBudget(town, id, { total: Object.fromEntries(Object.keys(total).map(key => [key, 100_000])) });
      await town.settle(2);
      expect(await town.get(id)).toMatchObject({ status: "closed" });
      expect((await work(town, id)).attempts.map(entry => [entry.agent, entry.outcome])).toEqual([
        [agent, "stopped"],
        [agent, "merged"],
      ]);
      expect(escalations(town)).toMatchObject([{ status: "closed" }]);
    },
  );

  test("of attempts keeps the next one from starting, and ends none", async () => {
    const town = await TestTown.start();
    await town.addRig();
    const [id = ""] = await town.file(["crash fails"]);
    await setBudget(town, id, { total: { attempts: 2 } });
    await town.call("sling", { beads: [id] });
    await town.settle(2);
    expect(await work(town, id)).toMatchObject({ attempt: 2 });
    expect((await town.get(id)).status).toBe("open");
  });

  test("of a convoy counts all its beads; of a rig all of the rig; others go on", async () => {
    const town = await startTown(3);
    await town.addRig("other", "ot");
    const [one = "", two = ""] = await town.file(["one", "two"]);
    const [away = ""] = await town.file(["away"], "other");
    await town.call("updateRig", { rig: "sample", settings: { max_polecats: 1 } });
    const convoy = await town.call("createConvoy", { title: "both", beads: [one, two] });
    await setBudget(town, convoy.id, { total: { tokens: 250 } });
    await town.call("sling", { beads: [one, two, away] });
    await town.settle(1);
    const open = [one, two].filter(id => town.all().some(bead => bead.id === id && bead.status === "open"));
    expect(open).toHaveLength(2);
    expect((await town.get(away)).status).toBe("closed");
    await town.call("unsetBudget", { id: convoy.id });
    await setBudget(town, "sample", { total: { tokens: 5_000 } });
    await town.settle(1);
    expect([(await town.get(one)).status, (await town.get(two)).status]).toEqual(["closed", "closed"]);
    expect(await budgets(town)).toMatchObject([
      { id: "sample", scope: "rig", meters: [{ kind: "tokens", used: 900 }] },
    ]);
  });

  test("of the town by day holds work back until midnight of its zone, and then it goes on by itself", async () => {
    const town = await startTown(3);
    await setBudget(town, "town", { day: { tokens: 350 }, zone: "Asia/Tokyo" });
    const [one = "", two = ""] = await town.file(["one", "two"]);
    await town.call("updateSettings", { max_polecats: 1 });
    await town.call("sling", { beads: [one, two] });
    const [view] = await budgets(town);
    const midnight = Date.parse(view?.resets_at ?? "");
    expect(new Date(midnight).toISOString()).toContain("T15:00:00.000Z");
    await town.host.advance(HOUR);
    const waiting = [one, two].filter(id =>
      town.all().some(bead => bead.id === id && bead.status === "open"),
    );
    expect(waiting).toHaveLength(1);
    const explained = (await town.call("explainOne", { id: waiting[0] })) as Explanation;
    expect(explained.next).toContainEqual({
      text: expect.stringContaining("next day"),
      at: new Date(midnight).toISOString(),
    });
    await town.host.advance(midnight - town.host.clock.now() - 1_000);
    expect((await town.get(waiting[0] ?? "")).status).toBe("open");
    await town.host.advance(HOUR);
    expect((await town.get(waiting[0] ?? "")).status).toBe("closed");
  });

  test("frozen time is not time at work", async () => {
    const town = await startTown(3);
    const [id = ""] = await town.file(["slow"]);
    await setBudget(town, id, { total: { wall_s: 600 } });
    await town.call("sling", { beads: [id] });
    await town.host.advance(60_000);
    await town.call("estop");
    await town.host.advance(5 * HOUR);
    await town.call("thaw");
    await town.settle(1);
    expect((await town.get(id)).status).toBe("closed");
    const [attempt] = (await work(town, id)).attempts;
    expect(attempt?.wall_s).toBeLessThan(600);
  });
});

describe("the book of usage", () => {
  test.each([{}, { twice: true }, { evictAlways: true }])("counts each attempt once: %p", async options => {
    const town = await startTown(5, options);
    const beads = await town.file(["one", "two"]);
    await town.call("sling", { beads });
    await town.settle(1);
    await town.restart();
    const { total, lines } = await usage(town, "bead");
    expect(lines.map(({ key }) => key).sort()).toEqual([...beads].sort());
    expect(total).toMatchObject({ input_tokens: 900, output_tokens: 100, attempts: 2 });
    expect(total.usd).toBeCloseTo(1);
    const [attempt] = (await work(town, beads[0] ?? "")).attempts;
    expect(attempt).toMatchObject({ input_tokens: 450, output_tokens: 50 });
    for (const group of ["agent", "rig", "day"]) expect((await usage(town, group)).total).toEqual(total);
  });

  test("a lost sandbox that starts anew adds its own totals to those before", async () => {
    const town = await startTown(4);
    const [id = ""] = await town.file(["one"]);
    await town.call("sling", { beads: [id] });
    await town.host.advance(2.5 * 60_000);
    for (const run of town.sandboxes.live) town.sandboxes.kill(run);
    await town.settle(1);
    expect((await usage(town)).total).toMatchObject({ input_tokens: 180 + 360, attempts: 1 });
  });

  test("a town without budgets writes nothing while agents report", async () => {
    const town = await startTown(30);
    const beads = await town.file(["one"]);
    await town.call("sling", { beads });
    await town.host.advance(2 * 60_000);
    const { commits } = town;
    await town.host.advance(20 * 60_000);
    expect(town.commits).toBe(commits);
  });
});

test("what cannot be is refused with what to do", async () => {
  const town = await startTown();
  const [id = ""] = await town.file(["one"]);
  const refused = async (args: object) => await town.call("setBudget", args).catch((error: unknown) => error);
  expect(await refused({ id, patch: { day: { usd: 1 } } })).toMatchObject({ code: "invalid_argument" });
  expect(await refused({ id: "town", patch: { zone: "Moon/Base" } })).toMatchObject({
    code: "invalid_argument",
  });
  expect(await refused({ id: "sa-none", patch: { total: { usd: 1 } } })).toMatchObject({ code: "not_found" });
  expect(await refused({ id, patch: { total: { usd: 1 } }, by: "sample/toast" })).toMatchObject({
    code: "forbidden",
  });
  await setBudget(town, id, { total: { usd: 1 } });
  expect(await setBudget(town, id, { total: { usd: null } })).toBeNull();
  expect(await budgets(town)).toEqual([]);
});

describe("prices", () => {
  const silent = (cost_usd: number) => (): Script => spec =>
    spec.job.kind === "work"
      ? [
          { after: 20, event: { type: "started", pid: 1, isolation: "process" } },
          {
            after: 1_000,
            event: {
              type: "usage",
              scope: "total",
              input_tokens: 2_000_000,
              output_tokens: 100_000,
              cost_usd,
            },
          },
        ]
      : [];
  const slung = async (cost_usd: number, driver: object) => {
    const town = await TestTown.start({ script: silent(cost_usd) });
    await town.addRig("sample", "sa", { driver });
    await town.call("updateSettings", {
      prices: { "gpt-5.5": { input: 1, output: 10 }, codex: { input: 2, output: 20 } },
    });
    const [id = ""] = await town.file(["priced"]);
    await town.call("setBudget", { id, patch: { total: { usd: 100 } } });
    await town.call("sling", { beads: [id] });
    await town.host.advance(60_000);
    return (await budgets(town))[0]?.meters[0]?.used;
  };
  const exec = (preset: string, model?: string) => ({ kind: "exec", preset, extra_args: [], model });

  test("a model's own, else its program's, make money of tokens; what the program tells counts before", async () => {
    expect(await slung(0, exec("codex", "gpt-5.5"))).toBeCloseTo(3);
    expect(await slung(0, exec("codex", "other"))).toBeCloseTo(6);
    expect(await slung(0.5, exec("codex"))).toBeCloseTo(0.5);
    expect(await slung(0, exec("gemini"))).toBe(0);
  });

  test("end an attempt at its limit in money, and are forgotten one by one", async () => {
    const town = await TestTown.start({ script: silent(0) });
    await town.addRig("sample", "sa", { driver: exec("gemini") });
    await town.call("updateSettings", {
      prices: { gemini: { input: 1, output: 1 }, other: { input: 0, output: 0 } },
    });
    const [id = ""] = await town.file(["dear"]);
    await town.call("setBudget", { id, patch: { total: { usd: 2 } } });
    await town.call("sling", { beads: [id] });
    await town.host.advance(120_000);
    expect(readSatellite(await town.get(id), "work")?.over_budget?.text).toContain("2.10 of 2 USD");
    await town.call("updateSettings", { prices: { other: null } });
    expect(await town.call("settings")).toMatchObject({ prices: { gemini: { input: 1, output: 1 } } });
    await town.call("updateSettings", { prices: { gemini: null } });
    expect(JSON.stringify(await town.call("settings"))).not.toContain("prices");
  });
});
