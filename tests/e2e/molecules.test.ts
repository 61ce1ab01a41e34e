/** Formulas from the command line, with real sandboxes: followed, refused, killed in the middle, held by a gate. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Outcome, type Playground, playground, processesUnder, until } from "../helpers/gastown.ts";
import { seededRemote } from "../helpers/seeded-remote.ts";

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(120_000);

let place: Playground;
let town: string;

const OWN = `formula = "own"
description = "Two steps and a person"
[vars]
title = { required = true }
[[steps]]
id = "make"
title = "Make {{title}}"
[[steps]]
id = "publish"
title = "Publish {{title}}"
needs = ["make"]
gate = { type = "human" }
`;

beforeAll(async () => {
  place = playground("mol");
  town = join(place.dir, "town");
  const remote = await seededRemote(place);
  const up = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"]);
  await until("the town is up", () => /^\{.*\}$/m.exec(up.output())?.[0]);
  expect(await gt("rig", "add", "web", remote, "--prefix", "web", "--agent", "script")).toMatchObject({
    code: 0,
  });
  mkdirSync(join(town, "formulas"), { recursive: true });
  writeFileSync(join(town, "formulas/own.formula.toml"), OWN);
});

afterAll(async () => {
  await gt("stop", "--agents");
  const left = processesUnder(town);
  await place[Symbol.asyncDispose]();
  expect(left).toEqual([]);
});

function gt(...args: string[]): Promise<Outcome> {
  return place.run(["gt", ...args, "--json"], { env: { GASTOWN_TOWN: town } });
}

async function file(title: string, script: string): Promise<string> {
  const made = await gt(
    "bead",
    "create",
    title,
    "--rig",
    "web",
    "--description",
    `\`\`\`sh\n${script}\n\`\`\``,
  );
  expect(made.stderr).toBe("");
  return JSON.parse(made.stdout).id;
}

const bead = async (id: string) => JSON.parse((await gt("bead", "show", id)).stdout).bead;
const closed = (id: string) =>
  until(`${id} is merged`, async () => {
    const found = await bead(id);
    if (found.status === "failed") throw new Error(JSON.stringify(found.metadata.work.last_failure));
    return found.status === "closed" && found;
  });

test("a bead is slung with a formula, its agent moves on by `gt mol next`, and is refused what is wrong", async () => {
  const id = await file(
    "a greeting",
    [
      'gt mol current > "$HOME/first"',
      "echo hello > greeting && git add -A && git commit -qm greeting",
      'gt done 2> "$HOME/early" && exit 9',
      'gt mol next submit 2> "$HOME/order" && exit 9',
      "for step in understand build test self-review; do gt mol next $step -m ok; done",
      'gt mol next understand > "$HOME/again"',
      'gt mol current > "$HOME/last"',
      "gt done",
    ].join("\n"),
  );
  const slung = await gt("sling", id, "--formula", "feature", "--var", "test=make check");
  expect(slung).toMatchObject({ code: 0, stderr: "" });
  await closed(id);
  const said = (name: string) => readFileSync(join(town, "agents/web/toast/home", name), "utf8");
  expect(said("first")).toContain("Step 1 of 5: understand");
  expect(said("first")).toContain("| Understand a greeting");
  expect(said("first")).not.toContain("Build a greeting");
  expect(said("early")).toContain("understand, build, test, self-review, submit");
  expect(said("order")).toContain("gt mol next understand");
  expect(said("again")).toContain("was done before");
  expect(said("last")).toContain("Step 5 of 5: submit");
  const view = JSON.parse((await gt("mol", "status", id)).stdout);
  expect(view).toMatchObject({ formula: "feature", state: "done", completed: 5, total: 5 });
  expect((await place.run(["gt", "mol", "status", id], { env: { GASTOWN_TOWN: town } })).stdout).toContain(
    "[x] build",
  );
});

test("gastown-cli 6.2 (1): a sandbox that is killed in the middle goes on at the step that was reached", async () => {
  const id = await file(
    "a killed one",
    [
      "gt mol next understand -m first",
      'touch "$HOME/reached"',
      'while [ ! -f "$HOME/go" ]; do sleep 0.1; done',
      'gt mol current > "$HOME/current"',
      "echo more > more && git add -A && git commit -qm more",
      "for step in build test self-review; do gt mol next $step; done",
    ].join("\n"),
  );
  await gt("sling", id, "--formula", "feature");
  const home = join(town, "agents/web/toast/home");
  await until("the second step", () => existsSync(join(home, "reached")));
  const [run] = (await bead(id)).metadata.work.attempts;
  expect(run.agent).toBe("web/toast");
  for (const pid of processesUnder(join(town, "agents/web/toast"))) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It went with the one before.
    }
  }
  writeFileSync(join(home, "go"), "");
  const merged = await closed(id);
  expect(merged.metadata.work.attempt).toBe(1);
  expect(readFileSync(join(home, "current"), "utf8")).toContain("Step 2 of 5: build");
  const view = JSON.parse((await gt("mol", "status", id)).stdout);
  expect(view).toMatchObject({ completed: 5, total: 5 });
});

describe("a formula of the town's own", () => {
  test("is listed and shown; one that is broken says why, and is refused by name", async () => {
    const all = JSON.parse((await gt("formula", "list")).stdout);
    expect(all.map((one: { name: string }) => one.name)).toEqual([
      "bugfix",
      "feature",
      "own",
      "release",
      "review",
    ]);
    expect(JSON.parse((await gt("formula", "show", "own")).stdout)).toMatchObject({
      source: join(town, "formulas/own.formula.toml"),
      steps: [{ id: "make" }, { id: "publish" }],
    });
    writeFileSync(join(town, "formulas/broken.formula.toml"), "formula = ");
    const broken = JSON.parse((await gt("formula", "show", "broken")).stdout);
    expect(broken.problem).toContain("line 1");
    const id = await file("for broken", "true");
    for (const [name, code] of [
      ["broken", 2],
      ["nowhere", 4],
      ["../../x", 4],
    ] as const) {
      const refused = await gt("sling", id, "--formula", name);
      expect(refused.code).toBe(code);
      expect(JSON.parse(refused.stderr).error.hint).toBeString();
    }
  });

  test("with a gate: the agent is let go, a person approves from the command line, and the work goes on", async () => {
    const id = await file(
      "a release",
      'git commit -q --allow-empty -m "$(date)"; gt mol current --json | grep -q make && gt mol next make && sleep 60\ntrue',
    );
    await gt("sling", id, "--formula", "own");
    const gate = await until("the gate", async () => JSON.parse((await gt("gate", "list")).stdout)[0]);
    expect(gate).toMatchObject({ bead: id, type: "human", state: "waiting" });
    await until("the agent is let go", async () =>
      JSON.parse((await gt("agents")).stdout).every((one: { bead?: string }) => one.bead !== id),
    );
    expect((await bead(id)).status).toBe("open");
    expect(JSON.parse((await gt("gate", "approve", gate.id, "-m", "good")).stdout)).toMatchObject({
      state: "released",
    });
    const merged = await closed(id);
    expect(merged.metadata.work.attempt).toBe(2);
    expect(JSON.parse((await gt("gate", "list")).stdout)).toEqual([]);
    expect((await gt("gate", "show", id)).code).toBe(2);
  });
});

test("from inside: a line, a checkpoint with the files, a question; a person answers and the work goes on with it", async () => {
  const id = await file(
    "a question",
    [
      'if [ -f "$HOME/asked" ]; then gt prime > "$HOME/answered"; git commit -q --allow-empty -m answered; exit 0; fi',
      'touch "$HOME/asked"',
      "gt say 'looking around'",
      "echo half > half",
      "gt checkpoint 'half of it works'",
      "gt ask 'Which way?' --option left --option right --wait",
      "sleep 60",
    ].join("\n"),
  );
  await gt("sling", id);
  const [question] = await until("the question", async () => {
    const gates = JSON.parse((await gt("gate", "list")).stdout);
    return gates.length > 0 && gates;
  });
  expect(question).toMatchObject({ bead: id, options: ["left", "right"] });
  const { checkpoint } = (await bead(id)).metadata.work;
  expect(checkpoint).toMatchObject({ note: "half of it works", ref: `refs/gastown/wip/${id}/1` });
  const files = await place.git(join(town, "rigs/web.git"), "ls-tree", "--name-only", checkpoint.ref);
  expect(files).toContain("half");
  const refused = await gt("answer", question.id, "straight on");
  expect(JSON.parse(refused.stderr).error.hint).toContain("left | right");
  expect((await gt("answer", question.id, "left")).code).toBe(0);
  await closed(id);
  const prime = readFileSync(join(town, "agents/web/toast/home/answered"), "utf8");
  expect(prime).toContain("| Which way?");
  expect(prime).toContain("| left");
  expect(prime).toContain("| half of it works");
  for (const command of ["say", "checkpoint", "ask"]) {
    const outside = JSON.parse((await gt(command, "x")).stderr).error;
    expect(outside).toMatchObject({ code: "not_supported", hint: expect.stringContaining("bd comment") });
  }
});
