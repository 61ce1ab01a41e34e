/** What was: history, as-of, restore and undo come from the branch alone, however long it is and whatever the index knows. */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { openStore } from "../../store/bead-store.ts";
import { PATIENCE_MS, record, records, type Sandbox, sandbox } from "./bd.ts";

setDefaultTimeout(PATIENCE_MS);

const open: Sandbox[] = [];
afterEach(() => {
  for (const made of open.splice(0)) made.remove();
});

async function store(): Promise<Sandbox> {
  const made = await sandbox({ prefix: "bd" });
  open.push(made);
  return made;
}

function deleteIndex(bd: Sandbox): void {
  const folder = join(bd.cwd, ".git", "gastown");
  for (const name of readdirSync(folder))
    if (name.startsWith("index-")) rmSync(join(folder, name), { recursive: true });
}

/** Adds many commits that change another bead, as quickly as git can. */
function addCommits(bd: Sandbox, id: string, count: number): void {
  const file = bd
    .git("ls-tree", "-r", "--name-only", "beads")
    .split("\n")
    .find(path => path.includes(id));
  const content = bd.git("show", `beads:${file}`);
  const start = Number(bd.git("log", "-1", "--format=%ct", "beads")) + 1;
  const parts: string[] = [];
  for (let i = 0; i < count; i++) {
    const text = content.replace(/"title": ".*"/, `"title": "State ${i}"`);
    const event = { id, actor: "crowd", at: new Date((start + i) * 1000).toISOString(), type: "updated" };
    const message = `Update ${id}\n\n${JSON.stringify(event)}\n`;
    parts.push(
      "commit refs/heads/beads",
      `author crowd <> ${start + i} +0000`,
      `committer crowd <> ${start + i} +0000`,
      `data ${message.length}\n${message}`,
      ...(i === 0 ? ["from refs/heads/beads^0"] : []),
      `M 100644 inline ${file}\ndata ${text.length}\n${text}`,
    );
  }
  const { exitCode, stderr } = Bun.spawnSync(["git", "fast-import", "--quiet"], {
    cwd: bd.cwd,
    stdin: new Uint8Array(Buffer.from(parts.join("\n"))),
  });
  expect(`${exitCode} ${stderr}`).toBe("0 ");
}

test("thousands of commits later, and without an index, the past is all there", async () => {
  const bd = await store();
  const id = await bd.text("q", "First title");
  const other = await bd.text("q", "Crowded");
  await bd.text("update", id, "--title", "Second title", "-p", "0");
  const commit = bd.git("rev-parse", "beads").trim();
  addCommits(bd, other, 4_000);
  deleteIndex(bd);
  const history = records(await bd.json("history", id));
  expect(history.map(version => record(version.Issue).title)).toEqual(["Second title", "First title"]);
  expect(history[0]).toMatchObject({ CommitHash: commit, Committer: "worker" });
  expect(records(await bd.json("history", id, "--limit", "1"))).toHaveLength(1);
  expect(records(await bd.json("history", other, "--limit", "3"))).toHaveLength(3);
  const events = records(await bd.json("history", id, "--events"));
  expect(events.map(event => event.type)).toEqual(["updated", "updated", "created"]);
  for (const revision of [`${commit}~1`, commit.slice(0, 10), "beads~4001", "HEAD~4001"]) {
    const [was] = records(await bd.json("show", id, "--as-of", revision));
    expect(was?.title).toBe(revision === commit.slice(0, 10) ? "Second title" : "First title");
  }
  expect(record(await bd.json("undo", "--dry-run"))).toMatchObject({ commit, issues: [id] });
  await bd.text("undo");
  expect(records(await bd.json("show", id))[0]).toMatchObject({ title: "First title", priority: 2 });
  expect(bd.git("rev-list", "--count", "--merges", "beads").trim()).toBe("0");
  deleteIndex(bd);
  await bd.text("restore", id, "--to", commit);
  expect(records(await bd.json("show", id))[0]).toMatchObject({ title: "Second title", priority: 0 });
  await bd.text("delete", id, "--force");
  deleteIndex(bd);
  expect(records(await bd.json("history", id))[0]?.Issue).toBeNull();
  await bd.text("restore", id);
  expect(records(await bd.json("show", id))[0]).toMatchObject({ title: "Second title" });
});

test("undo takes back this actor's last change only, of wisps too, and once", async () => {
  const bd = await store();
  const a = await bd.text("q", "A");
  await bd.text("update", a, "-p", "1");
  await bd.run(["update", a, "--title", "B"], { env: { BEADS_ACTOR: "other" } });
  await bd.text("undo");
  expect(records(await bd.json("show", a))[0]).toMatchObject({ title: "B", priority: 2 });
  const wisp = record(await bd.json("create", "W", "--ephemeral"));
  await bd.text("update", String(wisp.id), "--title", "W2");
  await bd.text("undo");
  expect(records(await bd.json("show", String(wisp.id)))[0]).toMatchObject({ title: "W", ephemeral: true });
  await bd.text("update", a, "--ephemeral");
  expect(
    bd.git("show", `beads:${bd.git("ls-tree", "-r", "--name-only", "beads", "beads").trim()}`),
  ).toContain('"status": "tombstone"');
  await bd.text("undo");
  const [back] = records(await bd.json("show", a));
  expect(back).toMatchObject({ title: "B" });
  expect(back?.ephemeral).toBeUndefined();
  expect(bd.git("ls-tree", "-r", "--name-only", "refs/gastown/local/beads")).not.toContain(a);
  expect((await bd.run(["undo"], { env: { BEADS_ACTOR: "nobody" } })).code).toBe(1);
});

test("undo of one of several whose changes share a commit leaves the others' alone", async () => {
  const bd = await store();
  const [a, b] = [await bd.text("q", "Of ann"), await bd.text("q", "Of bob")];
  const together = await openStore({ gitDir: bd.cwd, ports: bunStorePorts({ PATH: process.env.PATH }) });
  const [first, second] = await Promise.all([
    together.transact({ actor: "ann" }, tx => tx.update(a, { priority: 0 })),
    together.transact({ actor: "bob" }, tx => tx.update(b, { priority: 1 })),
  ]);
  await together.close();
  expect(first.commits).toEqual(second.commits);
  const undone = await bd.run(["undo", "--json"], { env: { BEADS_ACTOR: "bob" } });
  expect(record(JSON.parse(undone.stdout))).toMatchObject({ reverted: [b], conflicts: [] });
  expect(records(await bd.json("show", a, b)).map(bead => bead.priority)).toEqual([0, 2]);
  // Ann's part of the same commit can still be taken back by her.
  const hers = await bd.run(["undo", "--json"], { env: { BEADS_ACTOR: "ann" } });
  expect(record(JSON.parse(hers.stdout))).toMatchObject({ reverted: [a] });
});
