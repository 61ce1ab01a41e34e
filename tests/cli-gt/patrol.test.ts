/** `gt patrol`, `gt triage` and `gt agents show`, as processes against a real gateway. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { rigSettingsSchema } from "../../store/schema/views.ts";
import { agent, type FakeTown, startFakeTown } from "./fake-town.ts";

setDefaultTimeout(60_000);

let town: FakeTown;
beforeAll(async () => {
  town = await startFakeTown();
});
afterAll(async () => {
  await town[Symbol.asyncDispose]();
});

const at = "2026-01-01T00:00:00.000Z";

test("patrol says who gets on and what is the matter", async () => {
  town.answer("patrolView", [
    { agent: "web/toast", bead: "web-1", minutes: 5, quiet_min: 0, verdict: "gets on", findings: [] },
    {
      agent: "web/fury",
      bead: "web-2",
      minutes: 70,
      verdict: "",
      findings: [{ kind: "stale", tier: "triage", text: "no output" }],
    },
  ]);
  const shown = await town.gt(["patrol"]);
  for (const part of ["web/toast", "gets on", "stale (triage): no output"])
    expect(shown.stdout).toContain(part);
});

test("triage lists and resolves", async () => {
  const view = {
    id: "hq-1",
    title: "t",
    kind: "stale",
    agent: "web/fury",
    bead: "web-2",
    attempt: 1,
    evidence: "no output",
    asked_at: at,
    open: true,
  };
  town.answer("triage", [view]);
  expect((await town.gt(["triage", "list"])).stdout).toContain("hq-1");
  town.answer("resolveTriage", { ...view, open: false });
  const done = await town.gt(["triage", "resolve", "hq-1", "--action", "nudge", "--text", "try npm ci"]);
  expect(done).toMatchObject({ code: 0, stderr: "" });
  expect(town.calls.at(-1)?.args).toEqual({ by: "owner", id: "hq-1", action: "nudge", text: "try npm ci" });
  expect(await town.gt(["triage", "resolve", "hq-1", "--action", "explode"])).toMatchObject({ code: 2 });
});

test("agents show tells what an agent has behind it; agents alone still lists", async () => {
  const used = { input_tokens: 100, output_tokens: 10, usd: 0.5, wall_s: 120, attempts: 1 };
  const value = {
    agent: agent("web/toast"),
    since: at,
    completed: [{ bead: "web-1", title: "One", commit: "abcdef0123", at }],
    runs: [{ bead: "web-1", attempt: 1, at, outcome: "done", used }],
    findings: [{ at, kind: "stale", tier: "nudge", text: "no output", bead: "web-1", attempt: 1 }],
    spent: used,
    failures: 0,
  };
  town.answer("agentHistory", value);
  const shown = await town.gt(["agents", "show", "web/toast"]);
  for (const part of ["abcdef0", "0.50 USD", "attempt 1", "stale (nudge)"])
    expect(shown.stdout).toContain(part);
  expect(JSON.parse((await town.gt(["agents", "show", "web/toast", "--json"])).stdout)).toMatchObject({
    failures: 0,
  });
  town.answer("agents", [agent("web/toast")]);
  expect((await town.gt(["agents"])).stdout).toContain("web/toast");
});

test("thresholds of the patrol are set by flags, of a rig and of the town; what is wrong is refused before it is asked", async () => {
  const settings = { target: "main", gates: [], patrol: { nudge_min: 30 } };
  const rig = {
    name: "web",
    prefix: "web",
    git_url: "/x",
    path: "/y",
    settings: rigSettingsSchema.parse(settings),
    state: "ready",
  };
  town.answer("updateRig", rig);
  const shown = await town.gt(["rig", "set", "web", "--patrol-nudge", "30", "--patrol-loop", "5"]);
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/patrol +nudge_min 30\n/) });
  expect(town.calls.at(-1)?.args).toMatchObject({ settings: { patrol: { nudge_min: 30, loop: 5 } } });
  town.answer("updateSettings", { max_polecats: 8 });
  await town.gt(["settings", "set", "--patrol-default", "--directives", "Be brief."]);
  expect(town.calls.at(-1)?.args).toEqual({ by: "owner", patrol: null, directives: "Be brief." });
  const calls = town.calls.length;
  for (const wrong of [
    ["--patrol-nudge", "0"],
    ["--patrol-loop", "1"],
    ["--patrol-nudge", "soon"],
    ["--patrol-default", "--patrol-stop", "9"],
  ])
    expect(await town.gt(["settings", "set", ...wrong])).toMatchObject({ code: 2 });
  expect(town.calls).toHaveLength(calls);
});
