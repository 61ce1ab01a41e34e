/** Whatever lies on the branch: every command ends as it should, bd doctor names it, and nothing of it is lost, here and by sync. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beadPath } from "../../store/branch/layout.ts";
import { PATIENCE_MS, type Run, record, records, type Sandbox, sandbox } from "./bd.ts";

setDefaultTimeout(PATIENCE_MS);

const at = "2026-01-01T00:00:00.000Z";
const bead = { title: "t", status: "open", priority: 1, issue_type: "task", created_at: at, updated_at: at };
const text = (value: unknown) => JSON.stringify(value);
const HOSTILE: Readonly<Record<string, string>> = {
  [beadPath("bd-json")]: "{ not json",
  [beadPath("bd-empty")]: "",
  [beadPath("bd-null")]: "null",
  [beadPath("bd-binary")]: "\0\u0001\u0002",
  [beadPath("bd-marks")]: "<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n",
  [beadPath("bd-wrongid")]: text({ ...bead, id: "bd-other" }),
  [beadPath("bd-noid")]: text(bead),
  [beadPath("bd-prio")]: text({ ...bead, id: "bd-prio", priority: "high" }),
  [beadPath("bd-deps")]: text({ ...bead, id: "bd-deps", dependencies: "none" }),
  [beadPath("bd-proto")]: `{"__proto__":{"x":1},"id":"bd-proto"}`,
  [beadPath("bd-deep")]: `${"[".repeat(60_000)}${"]".repeat(60_000)}`,
  [beadPath("bd-huge")]: `${text({ ...bead, id: "bd-huge" }).slice(0, -1)},"x":"${"y".repeat(17_000_000)}"}`,
  "beads/q/q/bd-misplaced.json": text({ ...bead, id: "bd-misplaced" }),
  "beads/a/b/notes.txt": "hello",
  "beads/CON/nul.json": "{}",
  "other/folder/file": "kept",
};
/** A bead that is one, with all that a terminal or a page could be tricked by. */
const TRICKS =
  "\u001b[31mred\u001b]0;title\u0007 \u202Eabc <img src=x onerror=alert(1)> ../../etc/passwd %s $(id) `id`";

let bd: Sandbox;
let good: string;

beforeAll(async () => {
  bd = await sandbox({ prefix: "bd" });
  good = await bd.text("q", "Good");
  const work = join(bd.root, "beads-work");
  bd.git("commit", "-q", "--allow-empty", "-m", "code");
  bd.git("worktree", "add", "-q", work, "beads");
  for (const [path, content] of Object.entries(HOSTILE)) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), content);
  }
  mkdirSync(dirname(join(work, beadPath("bd-link"))), { recursive: true });
  symlinkSync("/etc/passwd", join(work, beadPath("bd-link")));
  const tricky = {
    ...bead,
    id: "bd-trick",
    title: TRICKS,
    description: TRICKS,
    labels: [TRICKS],
    assignee: TRICKS,
  };
  const loop = {
    ...bead,
    id: "bd-loop",
    dependencies: [
      { issue_id: "bd-loop", depends_on_id: "bd-loop", type: "blocks", created_at: at },
      { issue_id: "bd-loop", depends_on_id: "bd-gone", type: "parent-child", created_at: at },
    ],
  };
  for (const each of [tricky, loop]) {
    mkdirSync(dirname(join(work, beadPath(each.id))), { recursive: true });
    writeFileSync(join(work, beadPath(each.id)), text(each));
  }
  bd.git("-C", work, "add", "-A");
  bd.git(
    "-C",
    work,
    "update-index",
    "--add",
    "--cacheinfo",
    `160000,${"1".repeat(40)},${beadPath("bd-module")}`,
  );
  bd.git("-C", work, "commit", "-q", "-m", "by a person");
  bd.git("worktree", "remove", "--force", work);
});
afterAll(() => bd.remove());

const files = (cwd: string) => bd.git("-C", cwd, "ls-tree", "-r", "beads").trim().split("\n").sort();

/** Ended as commands end: no crash, no trace of one, and one JSON document when that was asked for. */
function sane(args: readonly string[], { code, stdout, stderr }: Run): void {
  const words = args.join(" ");
  expect(`${words}: ${code}`).toMatch(/: [01]$/);
  expect(`${words}: ${stderr}`).not.toMatch(/\n\s+at |TypeError|RangeError|SyntaxError|internal/);
  if (args.includes("--json")) expect(() => JSON.parse(stdout)).not.toThrow();
  // No control characters of a bead reach a terminal; lines of JSON are for programs.
  else if (args[0] !== "export")
    for (const control of ["\u001b", "\u0007", "\u202E"]) expect(`${stdout}${stderr}`).not.toContain(control);
}

const BAD = [
  "bd-json",
  "bd-marks",
  "bd-wrongid",
  "bd-deps",
  "bd-huge",
  "bd-link",
  "bd-module",
  "bd-trick",
  "bd-loop",
];
const COMMANDS: readonly (readonly string[])[] = [
  ...[
    ["list"],
    ["list", "--all", "--json"],
    ["list", "--tree"],
    ["list", "--long"],
    ["ready"],
    ["ready", "--json"],
    ["ready", "--explain"],
  ],
  ...[
    ["blocked"],
    ["blocked", "--json"],
    ["stats"],
    ["count", "--by-label"],
    ["search", "t"],
    ["stale"],
    ["lint"],
    ["orphans"],
    ["duplicates"],
  ],
  ...[
    ["find-duplicates"],
    ["epic", "status"],
    ["graph", "--all"],
    ["dep", "cycles"],
    ["label", "list-all"],
    ["export", "--all"],
    ["memories"],
  ],
  ...[
    ["prime"],
    ["info"],
    ["deleted"],
    ["history", "bd-json"],
    ["swarm", "list"],
    ["mol", "stale"],
    ["gate", "list"],
    ["query", "status=open"],
  ],
  ...BAD.flatMap(id => [
    ["show", id],
    ["show", id, "--json"],
    ["history", id, "--json"],
    ["dep", "tree", id],
    ["comments", id],
    ["children", id],
  ]),
];

test("reading commands end as they should, and show what is whole", async () => {
  for (const args of COMMANDS) sane(args, await bd.run(args));
  const listed = records(await bd.json("list", "--all", "--limit", "0")).map(each => each.id);
  expect(listed.sort()).toEqual(["bd-loop", "bd-trick", good].sort());
  expect(records(await bd.json("show", "bd-trick"))[0]).toMatchObject({ title: TRICKS });
});

test("bd doctor names every file that is no bead, and why", async () => {
  const { code, stdout } = await bd.run(["doctor", "--json"]);
  expect(code).toBe(1);
  const report = JSON.stringify(record(JSON.parse(stdout)).checks);
  const wrong = [...Object.keys(HOSTILE), beadPath("bd-link"), beadPath("bd-module")].filter(path =>
    path.startsWith("beads/"),
  );
  for (const path of wrong) expect(report).toContain(path);
  expect(
    records(JSON.parse(stdout).checks).find(check => check.name === "Dependency Cycles")?.status,
  ).not.toBe("ok");
  expect(JSON.stringify(await bd.json("dep", "cycles"))).toContain("bd-loop");
  expect((await bd.run(["doctor", "--fix", "-y"])).stderr).not.toContain("internal");
});

test("writing commands leave it alone, and so do sync and another machine", async () => {
  const before = files(bd.cwd);
  const remote = join(bd.root, "remote.git");
  bd.git("init", "-q", "--bare", remote);
  bd.git("remote", "add", "origin", remote);
  for (const args of [
    ...BAD.flatMap(id => [
      ["update", id, "-p", "0"],
      ["close", id],
      ["reopen", id],
      ["comment", id, "hi"],
      ["undo", "--dry-run"],
    ]),
    ["create", "over it", "--id", "bd-json"],
    ["create", "child of it", "--parent", "bd-marks"],
    ["dep", "add", good, "bd-deps"],
    ["restore", "bd-json"],
    ["delete", "bd-huge", "--force"],
    ["rename", "bd-link", "bd-renamed"],
    ["label", "add", "bd-module", "x"],
    ["update", good, "--title", "Still good"],
    ["undo"],
    ["sync"],
    ["gc"],
  ])
    sane(args, await bd.run(args));
  const clone = join(bd.root, "clone");
  bd.git("clone", "-q", remote, clone);
  const there = async (...args: string[]) => {
    const run = await bd.run(args, { cwd: clone, env: { BEADS_ACTOR: "other" } });
    sane(args, run);
    return run;
  };
  await there("init", "-q");
  await there("update", good, "-p", "0");
  await bd.text("update", good, "--title", "By us");
  await there("sync");
  await bd.text("sync");
  expect(records(await bd.json("show", good))[0]).toMatchObject({ title: "By us", priority: 0 });
  for (const cwd of [bd.cwd, clone]) {
    const now = files(cwd);
    const whole = before.filter(
      line => !/bd-(trick|loop)\.json$/.test(line) && !line.endsWith(`${good}.json`),
    );
    expect(now).toEqual(expect.arrayContaining(whole));
  }
});

test("an index of garbage, a folder that can not be written, and settings of the future", async () => {
  const other = await sandbox({ prefix: "bd" });
  try {
    const id = await other.text("q", "Kept");
    const state = join(other.cwd, ".git/gastown");
    for (const name of ["index-beads", "packed"]) writeFileSync(join(state, name), "\0garbage\n");
    const [shown] = records(await other.json("show", id));
    expect(shown?.title).toBe("Kept");
    for (const name of [...new Bun.Glob("*.sqlite").scanSync(state)])
      writeFileSync(join(state, name), "no database");
    expect((await other.run(["list"])).stdout).toContain("Kept");
    chmodSync(state, 0o555);
    sane(["list"], await other.run(["list"]));
    chmodSync(state, 0o755);
    const config = record(JSON.parse(other.git("show", "beads:gastown.json")));
    const work = join(other.root, "w");
    other.git("commit", "-q", "--allow-empty", "-m", "code");
    other.git("worktree", "add", "-q", work, "beads");
    writeFileSync(join(work, "gastown.json"), text({ ...config, format: 99, version: 99 }));
    other.git("-C", work, "commit", "-qam", "from the future");
    const refused = await other.run(["create", "x", "--json"]);
    expect(refused.code).toBe(1);
    expect(String(record(JSON.parse(refused.stdout)).error)).toMatch(/newer|format/);
  } finally {
    other.remove();
  }
});
