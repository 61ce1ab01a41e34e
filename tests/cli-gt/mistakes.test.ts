/** What a person is told who typed something wrong: which member, which command's help, and never a schema's own dump. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeTown, startFakeTown } from "./fake-town.ts";

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(60_000);

let town: FakeTown;
let dir: string;
beforeAll(async () => {
  town = await startFakeTown();
  dir = mkdtempSync(join(tmpdir(), "gastown-mistakes-"));
});
afterAll(async () => {
  await town[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

test.each([
  ["{}", "title: "],
  ['{"title": "x", "tasks": [{"title": ""}]}', "tasks.0.title: "],
  ['{"title": "x", "tasks": [{"title": "y", "dependson": ["z"]}]}', "dependson"],
])("the plan %s is refused in one line that names the member", async (plan, named) => {
  const file = join(dir, "plan.json");
  writeFileSync(file, plan);
  const { code, stderr } = await town.gt(["convoy", "plan", file]);
  expect(code).toBe(2);
  expect(stderr).toContain(`${file} is no plan: `);
  expect(stderr).toContain(named);
  expect(stderr.trim().split("\n")).toHaveLength(2);
});

test("what the town refuses by its schema names the member too", async () => {
  const { code, stderr } = await town.gt(["bead", "create", "", "--rig", "web"]);
  expect(code).toBe(2);
  expect(stderr).toContain("gt: title: ");
});

test.each([
  [["sling"], 'Run "gt sling --help"'],
  [["mail", "claim", "a", "b"], 'Run "gt mail claim --help"'],
  [["bead", "link", "web-1"], "the bead that has to be done before"],
  [["status", "hello"], "Only agents"],
])("gt %p says where its help is", async (words, hint) => {
  const { code, stderr } = await town.gt(words);
  expect(code).toBe(2);
  expect(stderr).toContain(hint);
});

test("a rig's settings are lines, one for each", async () => {
  const settings = {
    target: "main",
    gates: [{ name: "test", command: "npm test" }],
    max_polecats: 4,
    allow_hosts: [],
    driver: { kind: "script" },
    pre_verify: true,
  };
  const rig = { name: "web", prefix: "web", git_url: "/repo", path: "/p", settings, state: "ready" };
  town.answer("rigs", [rig]);
  const shown = await town.gt(["rig", "show", "web"]);
  expect(shown).toMatchObject({ code: 0, stderr: "" });
  expect(shown.stdout).toContain("web  ready  /repo");
  expect(shown.stdout).toMatch(/gates +test=npm test\n/);
  expect(shown.stdout).toMatch(/pre_verify +on\n/);
  expect(shown.stdout).toMatch(/driver +script\n/);
  expect((await town.gt(["rig", "show", "nowhere"])).code).toBe(4);
});
