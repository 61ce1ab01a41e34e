/** What an import does with files as they lie about: of every age, damaged, and from GitHub. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PATIENCE_MS, record, records, type Sandbox, sandbox } from "./bd.ts";

setDefaultTimeout(PATIENCE_MS);
let bd: Sandbox;

beforeAll(async () => {
  bd = await sandbox({ prefix: "bd" });
});
afterAll(() => bd.remove());

/** Imports these lines; a line may be text or a record. */
async function take(name: string, lines: readonly (string | object)[], ...flags: readonly string[]) {
  const text = lines.map(line => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  writeFileSync(join(bd.cwd, name), text);
  return record(await bd.json("import", name, ...flags));
}

const placed = (value: unknown): (readonly [unknown, unknown])[] =>
  records(value).map(({ line, reason }) => [line, reason]);

test("a line that can not be a bead is named, and takes no other line with it", async () => {
  const report = await take("damaged.jsonl", [
    { id: "bd-good1", title: "One" },
    { id: 7, title: "A number as id" },
    { id: "bd-huge", title: "Huge", description: "x".repeat(1_100_000) },
    { id: "bd-wait", title: "Wrong waiters", waiters: "bob" },
    { id: "bd-both", title: "Both", ephemeral: true, no_history: true },
    { id: "bd-good2", title: "Two", status: "closed" },
    '{"id":"bd-torn","title":"to',
  ]);
  expect(report).toMatchObject({ created: 2, ids: ["bd-good1", "bd-good2"] });
  expect(placed(report.not_taken)).toEqual([
    [2, "its id is 7, no text"],
    [3, "description is larger than 1048576 bytes"],
    [4, expect.stringContaining("waiters")],
    [5, expect.stringContaining("ephemeral")],
    [7, expect.stringContaining("not valid JSON")],
  ]);
  const [closed] = records(await bd.json("show", "bd-good2"));
  expect(closed).toMatchObject({ status: "closed", closed_at: expect.any(String) });
});

test("what is left out of a line that was taken is named", async () => {
  const report = await take("parts.jsonl", [
    {
      id: "bd-parts",
      title: "Parts",
      labels: ["a", 5],
      dependencies: [{ depends_on_id: "bd-parts" }, { depends_on_id: "bd-good1", type: "blocks" }],
      comments: [{ id: 1, author: "x" }],
      estimated_minutes: "90",
    },
  ]);
  expect(report).toMatchObject({ created: 1 });
  expect(placed(report.partly_taken)).toEqual([
    [1, "a label that is no text"],
    [1, 'its estimated_minutes is "90", no number of minutes'],
    [1, "an edge to itself"],
    [1, "a comment without text"],
  ]);
});

test("two lines of one id: the newer gives the fields, and both lines are told of it", async () => {
  const report = await take("twice.jsonl", [
    "<<<<<<< HEAD",
    { id: "bd-twice", title: "ours", created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-02T00:00:00Z" },
    "=======",
    {
      id: "bd-twice",
      title: "theirs",
      created_at: "2026-02-01T00:00:00Z",
      updated_at: "2026-02-02T00:00:00Z",
    },
    ">>>>>>> branch",
    { id: "bd-twice", title: "ours", created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-02T00:00:00Z" },
  ]);
  expect(placed(report.not_taken).map(([line]) => line)).toEqual([1, 3, 5]);
  expect(placed(report.partly_taken)).toEqual([
    [2, "line 4 has the same id and is newer"],
    [4, expect.stringContaining("was made at 2026-01-01")],
    [6, expect.stringContaining("older than what is here")],
  ]);
  expect(records(await bd.json("show", "bd-twice"))).toMatchObject([{ title: "theirs" }]);
});

test("lines without times, taken twice, change nothing and are no older", async () => {
  const lines = [{ id: "bd-bare", title: "Bare", status: "closed", labels: ["x"] }];
  expect(await take("bare.jsonl", lines)).toMatchObject({ created: 1 });
  const again = await take("bare.jsonl", lines);
  expect(again).toMatchObject({ created: 0, updated: 0, skipped: 1 });
  expect(again.stale_skipped_ids).toBeUndefined();
  expect(again.partly_taken).toBeUndefined();
});

test("issues of two repositories with one number are two beads", async () => {
  const issue = (repository: string, title: string) => ({
    number: 1,
    title,
    body: "b",
    state: "OPEN",
    comments: [{ author: { login: "q" }, body: "hello", createdAt: "2026-01-01T01:00:00Z" }],
    url: `https://github.com/o/${repository}/issues/1`,
    createdAt: "2026-01-01T00:00:00Z",
    updatedAt: repository === "b" ? "2026-03-01T00:00:00Z" : "2026-01-02T00:00:00Z",
  });
  expect(await take("a.json", [[issue("a", "Of a")]])).toMatchObject({ created: 1 });
  expect(await take("b.json", [[issue("b", "Of b")]])).toMatchObject({ created: 1 });
  for (const [file, title] of [
    ["a.json", "Of a"],
    ["b.json", "Of b"],
  ] as const) {
    const again = await take(file, [[issue(file.slice(0, 1), title)]]);
    expect(again).toMatchObject({ created: 0, updated: 0, skipped: 1 });
  }
  const all = records(await bd.json("list", "--all", "--limit", "0"));
  expect(
    all
      .filter(bead => String(bead.title).startsWith("Of "))
      .map(bead => bead.external_ref)
      .sort(),
  ).toEqual(["gh-1", "https://github.com/o/b/issues/1"]);
});

test("issues of GitHub without a number are refused with what to ask for, however often", async () => {
  const issue = { title: "No number", body: "b", labels: [{ name: "bug" }], state: "OPEN" };
  for (let time = 0; time < 2; time++) {
    const report = await take("numberless.json", [[issue]]);
    expect(report).toMatchObject({ created: 0 });
    expect(placed(report.not_taken)).toEqual([[1, expect.stringContaining("add number to gh --json")]]);
  }
});

test("one issue as printed over many lines", async () => {
  const issue = { number: 77, title: "Printed", state: "OPEN" };
  writeFileSync(join(bd.cwd, "one.json"), JSON.stringify(issue, null, 2));
  expect(record(await bd.json("import", "one.json"))).toMatchObject({ created: 1 });
  const piped = await bd.run(["import", "-", "--json"], { input: JSON.stringify(issue, null, 2) });
  expect(JSON.parse(piped.stdout)).toMatchObject({ created: 0, skipped: 1 });
});

test("damaged lines of any kind are in the report or in the store, never neither", async () => {
  const lines = Array.from({ length: 2_500 }, (_, n) =>
    n % 5 === 0 ? `{"id":"bd-l${n}","title":` : JSON.stringify({ id: `bd-l${n}`, title: `Line ${n}` }),
  );
  const report = await take("many.jsonl", lines);
  expect(report).toMatchObject({ created: 2_000 });
  expect(placed(report.not_taken).map(([line]) => line)).toEqual(
    lines.flatMap((_, n) => (n % 5 === 0 ? [n + 1] : [])),
  );
});

test("an export says what the original has to be told before it imports it", async () => {
  expect((await bd.run(["export"])).stderr).toBe("");
  await take("words.jsonl", [
    { id: "bd-word1", title: "One", status: "in_review" },
    { id: "bd-word2", title: "Two", issue_type: "merge-request" },
  ]);
  const { stdout, stderr } = await bd.run(["export"]);
  expect(stdout).toContain('"status":"in_review"');
  expect(stderr).toContain(
    'bd config set status.custom "in_review:wip" && bd config set types.custom "merge-request"',
  );
});
