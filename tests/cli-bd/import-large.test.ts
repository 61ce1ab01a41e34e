/** Imports of more records than are in memory at once: still one commit, or nothing. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PATIENCE_MS, record, records, type Sandbox, sandbox } from "./bd.ts";

setDefaultTimeout(PATIENCE_MS);

const COUNT = 2_600;
const TIME = "2026-01-01T00:00:00Z";
let bd: Sandbox;

function line(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    issue_type: "task",
    status: "open",
    priority: 2,
    created_at: TIME,
    updated_at: TIME,
    ...fields,
  });
}

/** The first bead comes again at the end, newer; a reference of the first piece is met in the last; wisps are among them. */
const LINES = [
  ...Array.from({ length: COUNT }, (_, i) =>
    line({
      id: `gt-n${i}`,
      title: `Bead ${i} — ${"ü".repeat(i % 7)}`,
      ...(i === 1 ? { external_ref: "gh-7" } : {}),
      ...(i % 1_300 === 5 ? { ephemeral: true } : {}),
      ...(i > 1_200 && i < 1_210
        ? {
            dependencies: [
              { issue_id: `gt-n${i}`, depends_on_id: "gt-n0", type: "blocks", created_at: TIME },
            ],
          }
        : {}),
    }),
  ),
  "no json",
  line({ id: "gt-n0", title: "Newer", updated_at: "2026-02-01T00:00:00Z", labels: ["late"] }),
  line({ title: "By reference", external_ref: "gh-7", updated_at: "2026-02-01T00:00:00Z" }),
  line({ title: "Without an id" }),
];

beforeAll(async () => {
  bd = await sandbox({ prefix: "gt" });
  writeFileSync(join(bd.cwd, "large.jsonl"), `${LINES.join("\n")}\n`);
});
afterAll(() => bd.remove());

const packs = (): string[] => readdirSync(join(bd.cwd, ".git/objects/pack")).sort();
const commits = (): number => Number(bd.git("rev-list", "--count", "refs/heads/beads"));

test("neither a dry run nor a strict refusal leaves anything behind", async () => {
  const before = packs();
  const dry = record(await bd.json("import", "large.jsonl", "--dry-run"));
  expect(dry).toMatchObject({ created: COUNT + 1, updated: 2, dry_run: true });
  const strict = await bd.run(["import", "large.jsonl", "--strict"]);
  expect(strict.code).toBe(1);
  expect(strict.stderr).toContain(`line ${COUNT + 1}`);
  expect(packs()).toEqual(before);
  expect(records(await bd.json("list", "--all"))).toEqual([]);
});

test("one commit has them all, and records of other pieces are met", async () => {
  const before = commits();
  const report = record(await bd.json("import", "large.jsonl"));
  expect(report).toMatchObject({ created: COUNT + 1, updated: 2 });
  expect(report.not_taken).toMatchObject([{ line: COUNT + 1 }]);
  expect(commits()).toBe(before + 1);
  expect(packs().filter(name => name.endsWith(".keep") || name.startsWith("tmp_"))).toEqual([]);
  bd.git("fsck", "--strict");
  expect(record(records(await bd.json("show", "gt-n0"))[0])).toMatchObject({
    title: "Newer",
    labels: ["late"],
  });
  expect(record(records(await bd.json("show", "gt-n1"))[0])).toMatchObject({ title: "By reference" });
  expect(record(records(await bd.json("show", "gt-n2599"))[0])).toMatchObject({ title: "Bead 2599 — üü" });
  expect(records(await bd.json("blocked")).map(bead => bead.id)).toContain("gt-n1205");
  expect(await bd.text("count", "--status", "all")).toBeTruthy();
  expect(record(await bd.json("doctor"))).toMatchObject({ overall_ok: true });
});

test("the same again changes nothing", async () => {
  const before = commits();
  const lines = LINES.slice(0, COUNT).filter((_, i) => i > 1);
  writeFileSync(join(bd.cwd, "again.jsonl"), lines.join("\n"));
  expect(record(await bd.json("import", "again.jsonl"))).toMatchObject({ created: 0, updated: 0 });
  expect(commits()).toBe(before);
  expect((await bd.run(["import", "-", "--json"], { input: lines.join("\n") })).code).toBe(0);
  expect(commits()).toBe(before);
});
