/** The mayor as an agent: wanted, kept up, spoken to, and no polecat. */
import { describe, expect, test } from "bun:test";
import type { Script } from "../../actors/testing/fake-sandboxes.ts";
import type { MessageView } from "../../store/schema/mail.ts";
import type { MayorView } from "../../store/schema/views.ts";
import { scriptOf } from "./scripts.ts";
import { TestTown } from "./test-town.ts";

const MAYOR = "hq/mayor";
const CLAUDE = { kind: "exec", preset: "claude", extra_args: [] };
const MINUTE = 60_000;

// SAFETY: the answers of these calls.
const view = async (town: TestTown) => (await town.call("mayor")) as MayorView;
const inbox = async (town: TestTown) => (await town.call("inbox", { of: "mayor" })) as MessageView[];

async function running(options: Parameters<typeof TestTown.start>[0] = {}): Promise<TestTown> {
  const town = await TestTown.start(options);
  await town.addRig();
  await town.call("startMayor", { driver: CLAUDE });
  await town.host.advance(1_000);
  expect(await view(town)).toMatchObject({ state: "running", session: 1, driver: "claude" });
  return town;
}

const sessions = (town: TestTown) => town.sandboxes.runs.filter(({ spec }) => spec.job.kind === "session");
const prompt = (town: TestTown) => {
  const job = sessions(town).at(-1)?.spec.job;
  return job?.kind === "session" ? job.prompt : "";
};

/** A session that fails after so long, every time. */
const failing =
  (after: number, error_code?: string) =>
  (town: TestTown): Script =>
  spec => {
    if (spec.job.kind !== "session") return scriptOf(town.remote, spec);
    const exited = { type: "exited", ok: false, code: 1, signal: null, reason: "boom", tail: "" } as const;
    return [
      { after: 10, event: { type: "started", pid: 1, isolation: "process" } },
      { after, event: { ...exited, ...(error_code === undefined ? {} : { error_code }) } },
    ];
  };

describe("start and stop", () => {
  test("asked for twice it runs once, with the role, folder and repositories of a mayor", async () => {
    const town = await running();
    await town.call("startMayor", {});
    await town.host.advance(MINUTE);
    const [run, ...more] = sessions(town);
    expect(more).toEqual([]);
    expect(run?.spec).toMatchObject({
      agent: { name: "mayor", role: "mayor", rig: "hq" },
      job: { worktree: "/towns/demo/worktrees/hq/mayor", readable: ["/towns/demo/rigs/sample.git"] },
      isolation: "process",
    });
    await town.call("stopMayor", { reason: "for today" });
    await town.settle(1);
    expect(town.sandboxes.live).toEqual([]);
    expect(await view(town)).toMatchObject({ state: "stopped", wanted: false, reason: "for today" });
  });

  test("without a program it is refused with what to do, and so is one that reads no words", async () => {
    const town = await TestTown.start();
    const refused = { code: "invalid_argument", hint: expect.stringContaining("gt mayor start --agent") };
    await expect(town.call("startMayor", {})).rejects.toMatchObject(refused);
    await expect(town.call("startMayor", { driver: { kind: "script" } })).rejects.toMatchObject(refused);
    await town.call("updateSettings", { driver: CLAUDE });
    expect(await town.call("startMayor", {})).toMatchObject({ driver: "claude", wanted: true });
  });

  test("another program while it runs is a conflict; a restart begins it in a session of its own", async () => {
    const town = await running();
    const other = { driver: { kind: "pty", command: ["vim"] } };
    await expect(town.call("startMayor", other)).rejects.toMatchObject({ code: "conflict" });
    await town.call("restartMayor", other);
    await town.host.advance(MINUTE);
    expect(sessions(town).map(({ alive }) => alive)).toEqual([false, true]);
    expect(await view(town)).toMatchObject({ state: "running", session: 2, driver: "vim" });
  });

  test("agents may not, whatever they call themselves", async () => {
    const town = await running();
    await expect(town.call("stopMayor", { by: "sample/toast" })).rejects.toMatchObject({ code: "forbidden" });
  });

  test("no rig takes the name of the town's own agents", async () => {
    const town = await TestTown.start();
    await expect(town.addRig("hq", "xx")).rejects.toMatchObject({ code: "invalid_argument" });
  });

  test("`gt stop-agent` ends it as `gt mayor stop` does", async () => {
    const town = await running();
    await town.call("stopAgent", { agent: MAYOR });
    await town.settle(1);
    expect(await view(town)).toMatchObject({ state: "stopped", wanted: false });
  });
});

describe("it is kept up", () => {
  test("a restart of the host finds the session that runs, and begins no other", async () => {
    const town = await running();
    await town.restart();
    await town.host.advance(10 * MINUTE);
    expect(sessions(town)).toHaveLength(1);
    expect(await view(town)).toMatchObject({ state: "running", session: 1 });
    await town.call("nudge", { agent: MAYOR, text: "still there?" });
    await town.host.advance(1_000);
    expect(sessions(town)[0]?.nudges).toEqual(["still there?"]);
  });

  test("a sandbox that is lost is started again", async () => {
    const town = await TestTown.start({
      script: self => spec =>
        spec.generation === 1 ? [{ after: 5_000, die: true }] : scriptOf(self.remote, spec),
    });
    await town.call("startMayor", { driver: CLAUDE });
    await town.host.advance(10 * MINUTE);
    expect(town.sandboxes.live.map(({ spec }) => spec.generation)).toEqual([2]);
    expect(await view(town)).toMatchObject({ state: "running", session: 1 });
  });

  test("one that fails is tried again with pauses, then left away and escalated; a start forgives it", async () => {
    const town = await TestTown.start({ script: failing(1_000) });
    await town.call("startMayor", { driver: CLAUDE });
    await town.host.advance(5_000);
    expect(await view(town)).toMatchObject({ state: "waiting", wanted: true, reason: "boom" });
    await town.settle(2);
    expect(sessions(town)).toHaveLength(6);
    expect(await view(town)).toMatchObject({ state: "failed", wanted: false });
    const [escalation] = town.all().filter(bead => bead.issue_type === "escalation");
    expect(escalation?.title).toBe("The mayor failed 6 times in a row");
    await town.call("startMayor", {});
    expect(await view(town)).toMatchObject({ state: "starting", wanted: true });
  });

  test("one that holds for a while between its failures is not given up", async () => {
    const town = await TestTown.start({ script: failing(20 * MINUTE) });
    await town.call("startMayor", { driver: CLAUDE });
    await town.host.advance(6 * 60 * MINUTE);
    expect(sessions(town).length).toBeGreaterThan(10);
    expect(await view(town)).toMatchObject({ wanted: true });
  });

  test("one that cannot be started at all is said at once", async () => {
    const town = await TestTown.start({ script: failing(1, "command_not_found") });
    await town.call("startMayor", { driver: CLAUDE });
    await town.settle(1);
    expect(sessions(town)).toHaveLength(1);
    expect(await view(town)).toMatchObject({ state: "failed", reason: "boom" });
  });

  test("idle for half a day it is neither nudged, nor asked about, nor stopped", async () => {
    const evidence = () => ({ quiet_ms: 12 * 60 * MINUTE, frozen: false });
    const town = await running({ evidence });
    await town.host.advance(12 * 60 * MINUTE);
    expect(sessions(town)).toHaveLength(1);
    expect(sessions(town)[0]).toMatchObject({ alive: true, nudges: [] });
    expect(await town.call("triage")).toEqual([]);
  });
});

describe("among the others", () => {
  test("it takes no polecat's place, and a drain does not wait for it", async () => {
    const town = await running();
    await town.call("updateSettings", { max_polecats: 1 });
    const ids = await town.file(["a", "b"]);
    await town.call("sling", { beads: ids });
    await town.settle(2);
    for (const id of ids) expect((await town.get(id)).status).toBe("closed");
    await town.call("drain", { reason: "tonight" });
    await town.host.advance(1_000);
    expect((await town.call("feed")).some(({ type }) => type === "town.drained")).toBe(true);
    expect(await view(town)).toMatchObject({ state: "running" });
  });

  test("with everything else it stands still, and starts nothing until it may go on", async () => {
    const town = await running();
    await town.call("estop", { reason: "halt" });
    await town.host.advance(1_000);
    expect(sessions(town)[0]?.frozen).toBe(true);
    await town.call("thaw", {});
    await town.host.advance(1_000);
    expect(sessions(town)[0]?.frozen).toBe(false);
  });

  test("it plans: what it files and slings counts as a person's", async () => {
    const town = await running();
    const convoy = await town.call("planConvoy", {
      by: MAYOR,
      title: "Search",
      rig: "sample",
      start: true,
      tasks: [
        { title: "index", description: "```sh\ntrue\n```" },
        { title: "box", depends_on: ["1"], description: "```sh\ntrue\n```" },
      ],
    });
    await town.settle(2);
    expect((await town.get(convoy.id)).status).toBe("closed");
  });

  test("when the town's budget is used up it waits like all work, and goes on when there is room", async () => {
    const town = await TestTown.start({
      script: self => spec => [
        ...scriptOf(self.remote, spec),
        ...(spec.generation > 1
          ? []
          : [
              {
                after: 1_000,
                event: { type: "usage", input_tokens: 90, output_tokens: 20, cost_usd: 0 } as const,
              },
            ]),
      ],
    });
    await town.call("setBudget", { id: "town", patch: { total: { tokens: 100 } } });
    await town.call("startMayor", { driver: CLAUDE });
    await town.host.advance(MINUTE);
    expect(await view(town)).toMatchObject({
      state: "waiting",
      wanted: true,
      reason: expect.stringContaining("budget of the town"),
    });
    await town.call("setBudget", { id: "town", patch: { total: { tokens: 100_000 } } });
    await town.host.advance(MINUTE);
    expect(await view(town)).toMatchObject({ state: "running" });
  });
});

describe("words", () => {
  test("mail to `mayor`, or to its id, comes at its turn boundary, and stays until it is acknowledged", async () => {
    const town = await running();
    for (const to of ["mayor", MAYOR]) await town.call("sendMail", { to: [to], subject: `To ${to}` });
    await town.host.advance(1_000);
    const said = sessions(town)[0]?.nudges ?? [];
    expect(said.map(text => text.split("\n")[0])).toEqual([
      expect.stringContaining("ada writes: To mayor"),
      expect.stringContaining(`ada writes: To ${MAYOR}`),
    ]);
    expect((await inbox(town)).map(({ state }) => state)).toEqual(["delivered", "delivered"]);
    expect(await town.call("prime", { by: MAYOR })).toContain("To mayor");
  });

  test("while it sleeps mail waits, and is in the prompt of its next session", async () => {
    const town = await TestTown.start();
    await town.call("sendMail", { to: ["mayor"], subject: "Before you were" });
    await town.call("startMayor", { driver: CLAUDE });
    await town.host.advance(1_000);
    expect(prompt(town)).toContain("Before you were");
    await town.call("stopMayor", {});
    await town.settle(1);
    await town.call("nudge", { agent: MAYOR, text: "a word for the sleeper" });
    await town.call("startMayor", {});
    await town.host.advance(1_000);
    expect(prompt(town)).toContain("| a word for the sleeper");
    expect(prompt(town)).toContain("Before you were");
  });

  test("what it sends to everybody does not come back to it", async () => {
    const town = await running();
    await town.call("sendMail", { by: MAYOR, to: ["@town"], subject: "From me" }).catch(() => undefined);
    expect(await inbox(town)).toEqual([]);
  });

  test("its prime says who it is, how things stand, and what waits for a decision", async () => {
    const town = await running();
    await town.call("escalate", { title: "The disk is full", severity: "high" });
    const text = await town.call("prime", { by: MAYOR });
    for (const part of [
      "You are hq/mayor, the mayor of the town demo",
      "never write code",
      "sample (beads sa-..., ready)",
      '"The disk is full"',
      "git --git-dir=/towns/demo/rigs/sample.git",
      "`gt convoy plan plan.toml --start`",
    ])
      expect(text).toContain(part);
  });
});
