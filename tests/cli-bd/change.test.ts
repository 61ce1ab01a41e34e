/** Shapes and rules of update, close, reopen, claims, labels, comments, delete, rename, batch. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { keysOf, PATIENCE_MS, record, records, type Sandbox, sandbox } from "./bd.ts";

setDefaultTimeout(PATIENCE_MS);

let bd: Sandbox;
const make = (title: string, ...args: string[]) => bd.text("create", title, "--silent", ...args);
const show = async (id: string) => records(await bd.json("show", id))[0] ?? {};

beforeAll(async () => {
  bd = await sandbox({ prefix: "bd" });
});
afterAll(() => bd.remove());

describe("update", () => {
  test("answers an array of issues and changes what the flags say", async () => {
    const id = await make("One");
    const answer = await bd.json(
      "update",
      id,
      "-s",
      "in_progress",
      "-p",
      "0",
      "-a",
      "bob",
      "--add-label",
      "a,b",
      "--append-notes",
      "n",
      "-e",
      "5",
      "--set-metadata",
      "team=x",
      "--set-metadata",
      "n=3",
    );
    expect(Array.isArray(answer)).toBe(true);
    const [bead] = records(answer);
    expect(bead).toMatchObject({
      id,
      status: "in_progress",
      priority: 0,
      assignee: "bob",
      labels: ["a", "b"],
      notes: "n",
      estimated_minutes: 5,
      metadata: { team: "x", n: 3 },
    });
    expect(bead?.started_at).toBeString();
    const [more] = records(
      await bd.json(
        "update",
        id,
        "--append-notes",
        "m",
        "--metadata",
        '{"k":1}',
        "--unset-metadata",
        "n",
        "--remove-label",
        "a",
        "-a",
        "",
      ),
    );
    expect(more).toMatchObject({ notes: "n\nm", metadata: { team: "x", k: 1 }, labels: ["b"] });
    expect(more?.assignee).toBeUndefined();
    const [labels] = records(await bd.json("update", id, "--set-labels", "c", "--set-labels", "d"));
    expect(labels?.labels).toEqual(["c", "d"]);
  });

  test("--claim takes what is free, is idempotent, and is refused to others", async () => {
    const id = await make("Claim me");
    const [claimed] = records(await bd.json("update", id, "--claim"));
    expect(claimed).toMatchObject({ assignee: "worker", status: "in_progress" });
    await bd.json("update", id, "--claim");
    const refused = await bd.run(["update", id, "--claim", "--json", "--actor", "other"]);
    expect(refused.code).toBe(1);
    expect(String(record(JSON.parse(refused.stdout)).error)).toContain("already claimed by worker");
    await bd.text("close", id);
    const closed = await bd.run(["--actor", "worker", "update", id, "--claim"]);
    expect(closed.stderr).toContain("not claimable: status closed");
  });

  test("--defer puts off and brings back; --parent moves; reparenting under a child is refused", async () => {
    const [id, epic] = [await make("Later"), await make("E", "-t", "epic")];
    expect(records(await bd.json("update", id, "--defer", "+2d"))[0]).toMatchObject({
      status: "deferred",
      defer_until: expect.any(String),
    });
    const back = records(await bd.json("update", id, "--defer", ""))[0] ?? {};
    expect(back.status).toBe("open");
    expect(back.defer_until).toBeUndefined();
    await bd.json("update", id, "--parent", epic);
    expect((await show(id)).parent).toBe(epic);
    expect((await bd.run(["update", epic, "--parent", id])).code).toBe(1);
    await bd.json("update", id, "--parent", "");
    expect((await show(id)).parent).toBeUndefined();
  });

  test("several ids: the good ones count, 1 only when none succeeded", async () => {
    const id = await make("Good");
    const mixed = await bd.run(["update", id, "bd-nope", "-p", "3", "--json"]);
    expect(mixed.code).toBe(0);
    expect(records(JSON.parse(mixed.stdout)).map(bead => bead.id)).toEqual([id]);
    expect(mixed.stderr).toContain("bd-nope");
    expect((await bd.run(["update", "bd-nope", "bd-nope2", "-p", "3"])).code).toBe(1);
  });

  test("without an id, the bead touched last; description from standard input", async () => {
    const id = await make("Touched");
    const result = await bd.run(["update", "--stdin", "--json"], { input: "from stdin\n" });
    expect(records(JSON.parse(result.stdout))[0]).toMatchObject({ id, description: "from stdin" });
    expect((await bd.run(["update", "--stdin"], { input: "" })).code).toBe(1);
    expect(await bd.text("update", id, "--title", "Renamed")).toContain(`Updated issue: ${id}`);
  });

  test("refuses what does not fit", async () => {
    const id = await make("X");
    for (const [args, message] of [
      [["-s", "nope"], 'invalid status "nope"'],
      [["--title", " "], "title cannot be empty"],
      [["--set-metadata", "x"], "--set-metadata takes key=value"],
      [["--parent", id], "cannot become its parent"],
    ] as const) {
      const { code, stderr } = await bd.run(["update", id, ...args]);
      expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    }
  });
});

describe("close and reopen", () => {
  test("answers an array of closed issues; again is a success", async () => {
    const id = await make("Done");
    const [closed] = records(await bd.json("close", id));
    expect(Object.keys(closed ?? {})).toEqual([
      "id",
      "title",
      "status",
      "priority",
      "issue_type",
      "owner",
      "created_at",
      "created_by",
      "updated_at",
      "closed_at",
      "close_reason",
    ]);
    expect(closed).toMatchObject({ status: "closed", close_reason: "Closed" });
    const [again] = records(await bd.json("close", id, "-r", "again"));
    expect(again).toMatchObject({ status: "closed", close_reason: "again" });
    expect(Date.parse(String(again?.closed_at))).toBeGreaterThan(Date.parse(String(closed?.closed_at)));
    expect(records(await bd.json("close", id))[0]).toMatchObject({ close_reason: "again" });
    expect(await bd.text("close", id)).toContain(`Closed ${id}`);
  });

  test("reasons map to ids; other names of the flag; a file", async () => {
    const [a, b] = [await make("A"), await make("B")];
    const closed = records(await bd.json("close", a, b, "-r", "first", "--resolution", "second"));
    expect(closed.map(bead => bead.close_reason)).toEqual(["first", "second"]);
    const c = await make("C");
    const result = await bd.run(["close", c, "--reason-file", "-", "--json"], { input: "from a file\n" });
    expect(records(JSON.parse(result.stdout))[0]?.close_reason).toBe("from a file");
    const d = await make("D");
    expect(records(await bd.json("close", d, "-m", "short", "--session", "s-1"))[0]).toMatchObject({
      close_reason: "short",
      closed_by_session: "s-1",
    });
  });

  test("guards, and --force past them", async () => {
    const [blocker, blocked, epic] = [
      await make("Blocker"),
      await make("Blocked"),
      await make("Epic", "-t", "epic"),
    ];
    await bd.text("dep", "add", blocked, blocker);
    const child = await make("Child", "--parent", epic);
    const gate = String(
      record(await bd.json("gate", "create", "--blocks", child, "--type", "timer", "--timeout", "2h")).id,
    );
    for (const [id, message] of [
      [blocked, `cannot close ${blocked}: blocked by open issues [${blocker}] (use --force to override)`],
      [epic, "epic has 1 open child"],
      [gate, "gate condition not satisfied"],
    ] as const) {
      const { code, stderr } = await bd.run(["close", id]);
      expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
      expect((await show(id)).status).toBe("open");
    }
    expect(records(await bd.json("close", blocked, "--force"))[0]?.status).toBe("closed");
  });

  test("--suggest-next and --claim-next", async () => {
    const [first, next] = [await make("F", "-p", "0"), await make("N", "-p", "0")];
    await bd.text("dep", "add", next, first);
    const answer = record(await bd.json("close", first, "--suggest-next"));
    expect(keysOf(answer)).toEqual(["closed", "schema_version", "unblocked"]);
    expect(records(answer.unblocked).map(bead => bead.id)).toEqual([next]);
    const other = await make("O");
    const claimed = record(await bd.json("close", other, "--claim-next"));
    expect(record(claimed.claimed)).toMatchObject({ id: next, status: "in_progress", assignee: "worker" });
  });

  test("ready --claim answers an array of one, then of none", async () => {
    const id = await make("Urgent", "-p", "0", "-l", "only");
    expect(records(await bd.json("ready", "--claim", "-l", "only"))[0]).toMatchObject({
      id,
      status: "in_progress",
      assignee: "worker",
    });
    expect(await bd.json("ready", "--claim", "-l", "only")).toEqual([]);
  });

  test("reopen: any failure is exit 1", async () => {
    const id = await make("R");
    await bd.text("close", id);
    const [open] = records(await bd.json("reopen", id, "--reason", "not done"));
    expect(open).toMatchObject({ status: "open" });
    expect(open?.closed_at).toBeUndefined();
    expect((await bd.run(["reopen", id, "bd-nope", "--json"])).code).toBe(1);
  });
});

describe("shorthands", () => {
  test("assign, priority, tag, note, promote answer one object", async () => {
    const id = await make("S");
    const wisp = await make("W", "--ephemeral");
    for (const [args, part] of [
      [["assign", id, "ada"], { assignee: "ada" }],
      [["priority", id, "P0"], { priority: 0 }],
      [["tag", id, "t"], { labels: ["t"] }],
      [["note", id, "two", "words"], { notes: "two words" }],
      [["promote", wisp, "-r", "keep"], { id: wisp }],
    ] as const) {
      expect(record(await bd.json(...args))).toMatchObject({ ...part, schema_version: 1 });
    }
  });

  test("edit uses the chosen editor, and never waits in one that nobody sees", async () => {
    const id = await make("Edited", "-d", "before");
    const env = { EDITOR: "sed -i s/before/after/" };
    expect((await bd.run(["edit", id], { env })).code).toBe(0);
    expect(records(await bd.json("show", id))[0]).toMatchObject({ description: "after" });
    const blind = await bd.run(["edit", id, "--json"], { env: { EDITOR: "false" } });
    expect(blind.code).toBe(1);
    const none = await bd.run(["edit", id]);
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("needs a terminal")]);
  });

  test("defer, undefer, unclaim answer arrays", async () => {
    const id = await make("D");
    expect(records(await bd.json("defer", id, "--until", "tomorrow"))[0]).toMatchObject({
      status: "deferred",
    });
    expect(records(await bd.json("undefer", id))[0]).toMatchObject({ status: "open" });
    await bd.json("update", id, "--claim");
    expect((await bd.run(["unclaim", id, "--actor", "other"])).code).toBe(1);
    expect(records(await bd.json("unclaim", id))[0]).toMatchObject({ status: "open" });
  });
});

describe("labels, comments, state", () => {
  test("label add and remove answer one entry for each id and label", async () => {
    const [a, b] = [await make("A"), await make("B")];
    expect(await bd.json("label", "add", a, b, "x,y")).toEqual([
      { status: "added", issue_id: a, label: "x" },
      { status: "added", issue_id: a, label: "y" },
      { status: "added", issue_id: b, label: "x" },
      { status: "added", issue_id: b, label: "y" },
    ]);
    expect(await bd.json("label", "remove", a, "x")).toEqual([
      { status: "removed", issue_id: a, label: "x" },
    ]);
    expect(await bd.json("label", "list", a)).toEqual(["y"]);
    expect(records(await bd.json("label", "list-all")).find(entry => entry.label === "x")).toEqual({
      label: "x",
      count: 1,
    });
  });

  test("comments", async () => {
    const id = await make("C");
    const one = record(await bd.json("comments", "add", id, "first", "--author", "zoe"));
    expect(keysOf(one)).toEqual(["author", "created_at", "id", "issue_id", "schema_version", "text"]);
    await bd.text("comment", id, "second", "words");
    const all = await bd.json("comments", id);
    expect(keysOf(all)).toEqual(["id", "issue_id", "author", "text", "created_at"]);
    expect(records(all).map(comment => [comment.author, comment.text])).toEqual([
      ["zoe", "first"],
      ["worker", "second words"],
    ]);
    expect(records(all)[0]?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  test("state and set-state", async () => {
    const id = await make("S");
    expect(record(await bd.json("set-state", id, "health=bad", "--reason", "why"))).toMatchObject({
      issue_id: id,
      dimension: "health",
      value: "bad",
      changed: true,
    });
    expect(record(await bd.json("set-state", id, "health=bad"))).toMatchObject({ changed: false });
    await bd.json("set-state", id, "health=good");
    expect(await bd.json("state", id, "health")).toEqual({
      dimension: "health",
      issue_id: id,
      schema_version: 1,
      value: "good",
    });
    expect(await bd.json("label", "list", id)).toEqual(["health:good"]);
  });
});

describe("delete, rename, batch", () => {
  test("delete shows a preview first, then cuts edges and references", async () => {
    const [gone, stays] = [await make("Gone"), await make("Stays")];
    await bd.text("update", stays, "-d", `see ${gone}, not ${gone}x`);
    await bd.text("dep", "add", stays, gone);
    expect(await bd.text("delete", gone)).toContain("DELETE PREVIEW");
    expect(await bd.json("delete", gone, "--force")).toEqual({
      deleted: gone,
      dependencies_removed: 1,
      references_updated: 1,
      schema_version: 1,
    });
    const bead = await show(stays);
    expect(bead.description).toBe(`see [deleted:${gone}], not ${gone}x`);
    expect(bead.dependencies).toBeUndefined();
  });

  test("delete of many, and with all that depends on them", async () => {
    const [a, b, c] = [await make("A"), await make("B"), await make("C", "-l", "l")];
    await bd.text("dep", "add", c, b);
    const answer = record(await bd.json("delete", a, b, "--cascade", "--force"));
    expect(keysOf(answer)).toEqual([
      "deleted",
      "deleted_count",
      "dependencies_removed",
      "events_removed",
      "labels_removed",
      "orphaned_issues",
      "references_updated",
      "schema_version",
    ]);
    expect(answer).toMatchObject({ deleted_count: 3, labels_removed: 1, orphaned_issues: [] });
  });

  test("rename moves edges and texts along", async () => {
    const [old, other] = [await make("Old"), await make("Other")];
    await bd.text("update", other, "-d", `after ${old}`);
    await bd.text("dep", "add", other, old);
    await bd.text("rename", old, "bd-fresh");
    expect(await show(other)).toMatchObject({ description: "after bd-fresh" });
    expect(records((await show(other)).dependencies)[0]?.id).toBe("bd-fresh");
    expect((await bd.run(["show", old])).code).toBe(1);
  });

  test("batch is one commit, or none", async () => {
    const [a, b] = [await make("A"), await make("B")];
    const lines = `# comment\nclose ${a} "two words"\nupdate ${b} status=in_progress priority=0\ncreate bug 1 "A new one"\ndep add ${b} ${a}\n`;
    const before = bd.git("rev-list", "--count", "beads").trim();
    const done = await bd.run(["batch", "--json"], { input: lines });
    expect(record(JSON.parse(done.stdout)).operations).toBe(4);
    expect(Number(bd.git("rev-list", "--count", "beads"))).toBe(Number(before) + 1);
    const failed = await bd.run(["batch"], { input: `update ${b} priority=4\ndep add ${b} ${b}\n` });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain("line 2");
    expect((await show(b)).priority).toBe(0);
  });
});
