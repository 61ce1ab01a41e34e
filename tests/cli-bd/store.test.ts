/** Shapes of reports, settings, memories, history, export and import, and what the clients ask about the store. */

import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PRIME_BUDGET_TOKENS } from "../../runtime/cli/bd/prime-text.ts";
import { keysOf, PATIENCE_MS, record, records, type Sandbox, sandbox } from "./bd.ts";

setDefaultTimeout(PATIENCE_MS);

let bd: Sandbox;
const make = (title: string, ...args: string[]) => bd.text("create", title, "--silent", ...args);

beforeAll(async () => {
  bd = await sandbox({ prefix: "bd" });
});
afterAll(() => bd.remove());

describe("reports", () => {
  test("status, count, search, query, stale, lint, orphans", async () => {
    const [a, b] = [
      await make("Needle in hay", "-t", "bug", "-l", "x", "-a", "ann"),
      await make("Other", "--external-ref", "gh-77"),
    ];
    await bd.text("close", b);
    const stats = record(await bd.json("stats"));
    expect(keysOf(stats)).toEqual(["recent_activity", "schema_version", "summary"]);
    expect(keysOf(stats.summary)).toEqual([
      "total_issues",
      "open_issues",
      "in_progress_issues",
      "closed_issues",
      "blocked_issues",
      "deferred_issues",
      "ready_issues",
      "pinned_issues",
      "epics_eligible_for_closure",
      "average_lead_time_hours",
    ]);
    expect(stats.summary).toMatchObject({
      total_issues: 2,
      open_issues: 1,
      closed_issues: 1,
      ready_issues: 1,
    });
    expect(record(stats.recent_activity)).toMatchObject({
      hours_tracked: 24,
      issues_created: 2,
      issues_closed: 1,
    });
    expect(await bd.text("status", "--no-activity")).toMatch(/Total Issues: 2\nOpen: 1\n[\s\S]*Closed: 1/);
    expect(await bd.json("count")).toEqual({ count: 2, schema_version: 1 });
    expect(await bd.json("count", "--by-status")).toEqual({
      groups: [
        { group: "closed", count: 1 },
        { group: "open", count: 1 },
      ],
      schema_version: 1,
      total: 2,
    });
    const found = await bd.json("search", "needle");
    expect(keysOf(found).slice(-3)).toEqual(["dependency_count", "dependent_count", "comment_count"]);
    expect(await bd.json("search", "gh-77")).toEqual([]);
    expect(records(await bd.json("search", "gh-77", "--status", "all")).map(bead => bead.id)).toEqual([b]);
    expect(
      records(await bd.json("query", "type=bug AND (label=x OR priority<1) AND created>1d")).map(
        bead => bead.id,
      ),
    ).toEqual([a]);
    expect(await bd.json("query", "assignee=none")).toEqual([]);
    expect(records(await bd.json("query", "status=closed")).map(bead => bead.id)).toEqual([b]);
    for (const bad of ["status", "wibble=1", "priority=x", "(status=open", "title>x", "status=open AND"]) {
      expect([bad, (await bd.run(["query", bad])).code]).toEqual([bad, 1]);
    }
    expect(await bd.json("stale", "-d", "1")).toEqual([]);
    expect((await bd.run(["stale", "-d", "0"])).code).toBe(1);
    const lint = await bd.run(["lint", "--json"]);
    expect([lint.code, record(JSON.parse(lint.stdout))]).toEqual([
      1,
      expect.objectContaining({ total: 2, issues: 1 }),
    ]);
    writeFileSync(join(bd.cwd, "f"), "x");
    bd.git("add", "f");
    bd.git("commit", "-qm", `${a}: find it`);
    // The commits of the beads themselves mention every bead.
    expect(records(await bd.json("orphans"))).toHaveLength(1);
    expect(records(await bd.json("orphans"))[0]).toMatchObject({
      issue_id: a,
      status: "open",
      latest_commit_message: `${a}: find it`,
    });
  });

  test("types, statuses, version, where, info, ping, dolt, context, migrate", async () => {
    expect(keysOf(record(await bd.json("types")).core_types)).toEqual(["name", "description"]);
    expect(keysOf(record(await bd.json("statuses")).built_in_statuses)).toEqual([
      "name",
      "category",
      "icon",
      "description",
    ]);
    const version = await bd.text("version");
    const [, major, minor, patch] = /^bd version (\d+)\.(\d+)\.(\d+) \(/.exec(version) ?? [];
    expect([Number(major), Number(minor), Number(patch)] >= [1, 0, 5]).toBe(true);
    expect(await bd.text("--version")).toBe(version);
    const manifest = JSON.parse(readFileSync(join(import.meta.dir, "../../package.json"), "utf8"));
    expect(record(await bd.json("version")).build).toBe(`gastown ${manifest.version}`);
    expect((await bd.text("where")).split("\n")[0]).toBe(join(bd.cwd, ".beads"));
    expect(record(await bd.json("where"))).toMatchObject({ path: join(bd.cwd, ".beads"), prefix: "bd" });
    expect(record(await bd.json("info", "--schema"))).toMatchObject({
      mode: "direct",
      issue_count: 2,
      schema: { detected_prefix: "bd" },
    });
    expect(record(await bd.json("ping")).status).toBe("ok");
    expect(record(await bd.json("dolt", "show"))).toMatchObject({ embedded: true, mode: "embedded" });
    expect(record(await bd.json("dolt", "status")).mode).toBe("embedded");
    expect(record(await bd.json("context")).backend).toBe("git-branch");
    expect(record(await bd.json("migrate", "--inspect")).status).toBe("current");
    for (const args of [
      ["daemon", "status"],
      ["daemons", "stop"],
      ["dolt", "commit", "-m", "x"],
    ])
      expect((await bd.run([...args, "--json"])).code).toBe(0);
  });

  test("doctor", async () => {
    const result = record(await bd.json("doctor"));
    expect(keysOf(result)).toEqual([
      "checks",
      "cli_version",
      "overall_ok",
      "path",
      "platform",
      "schema_version",
      "timestamp",
    ]);
    expect(result.overall_ok).toBe(true);
    expect(keysOf(result.checks)).toEqual(["name", "status", "message", "category"]);
    expect(record(await bd.json("doctor", "--check", "pollution")).polluted_count).toBe(0);
    expect(record(await bd.json("doctor", "--check", "validate")).overall_ok).toBe(true);
    expect(record(await bd.json("repair-deps"))).toMatchObject({ orphans_found: 0 });
    expect((await bd.run(["recompute-blocked"])).code).toBe(0);
  });
});

describe("a damaged index", () => {
  test("is named by doctor and built anew with --fix", async () => {
    const folder = join(bd.cwd, ".git/gastown");
    const file = readdirSync(folder).find(name => name.endsWith(".sqlite")) ?? "";
    const database = new Database(join(folder, file));
    const { id } = database.query<{ id: string }, []>("SELECT id FROM bead LIMIT 1").get() ?? { id: "" };
    database.run("DELETE FROM bead WHERE id = ?", [id]);
    database.close();
    const found = await bd.run(["doctor", "--json"]);
    const index = records(record(JSON.parse(found.stdout)).checks).find(check => check.name === "Index");
    expect([found.code, index]).toEqual([
      1,
      expect.objectContaining({ status: "error", detail: expect.stringContaining(`${id}.json`) }),
    ]);
    expect(record(await bd.json("doctor", "--fix")).fixed).toBeDefined();
    expect(record(await bd.json("doctor")).overall_ok).toBe(true);
    expect(records(await bd.json("show", id))[0]?.id).toBe(id);
  });
});

describe("settings and memories", () => {
  test("config", async () => {
    expect(await bd.json("config", "set", "status.custom", "review:wip,parked:frozen")).toEqual({
      key: "status.custom",
      schema_version: 1,
      value: "review:wip,parked:frozen",
    });
    await bd.json("config", "set", "types.custom", "research");
    await bd.json("config", "set", "jira.url", "https://x.example");
    expect(await bd.json("config", "get", "jira.url")).toEqual({
      key: "jira.url",
      schema_version: 1,
      value: "https://x.example",
    });
    expect(record(await bd.json("config", "list"))).toEqual({
      issue_prefix: "bd",
      "jira.url": "https://x.example",
      schema_version: 1,
      "status.custom": "parked:frozen,review:wip",
      "types.custom": "research",
    });
    const id = await make("R", "-t", "research");
    expect(records(await bd.json("update", id, "-s", "review"))[0]?.status).toBe("review");
    expect((await bd.run(["config", "set", "jira.token", "x"])).code).toBe(1);
    expect((await bd.run(["config", "set", "status.custom", "a:b"])).code).toBe(1);
    await bd.json("config", "unset", "jira.url");
    expect(await bd.text("config", "get", "jira.url")).toContain("not set");
    expect(record(await bd.json("config", "set", "beads.role", "maintainer")).location).toBe("git config");
    expect(bd.git("config", "beads.role").trim()).toBe("maintainer");
  });

  test("remember, recall, memories, forget, kv", async () => {
    expect(await bd.json("remember", "always run the linter", "--key", "lint")).toEqual({
      action: "remembered",
      key: "lint",
      schema_version: 1,
      value: "always run the linter",
    });
    expect(record(await bd.json("remember", "Dates are in UTC everywhere")).key).toBe(
      "dates-are-in-utc-everywhere",
    );
    expect(await bd.json("recall", "lint")).toEqual({
      key: "lint",
      schema_version: 1,
      value: "always run the linter",
    });
    expect(record(await bd.json("memories", "utc"))).toEqual({
      "dates-are-in-utc-everywhere": "Dates are in UTC everywhere",
      schema_version: 1,
    });
    expect(record(await bd.json("remember", "lint"))).toMatchObject({ action: "recalled" });
    expect((await bd.run(["remember", "nosuchkey"])).code).toBe(1);
    expect(await bd.json("forget", "lint")).toEqual({ deleted: "true", key: "lint", schema_version: 1 });
    expect((await bd.run(["recall", "lint"])).code).toBe(1);
    expect(await bd.json("kv", "set", "flag", "on")).toEqual({ key: "flag", schema_version: 1, value: "on" });
    expect(await bd.json("kv", "list")).toEqual({ flag: "on", schema_version: 1 });
    expect(await bd.json("kv", "clear", "flag")).toEqual({ deleted: "true", key: "flag", schema_version: 1 });
    expect((await bd.run(["kv", "get", "flag"])).code).toBe(1);
  });

  test("prime tells what an agent needs, within its budget, and names only commands that exist", async () => {
    const text = await bd.text("prime");
    expect(text.length / 4).toBeLessThan(PRIME_BUDGET_TOKENS);
    expect(text).toContain("Dates are in UTC everywhere");
    const named = new Set(
      [...text.matchAll(/`bd ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?/g)].map(match => match[1] ?? ""),
    );
    for (const name of named) expect([name, (await bd.run([name, "--help"])).code]).toEqual([name, 0]);
    const hook = await bd.run(["prime", "--hook-json"]);
    expect(record(record(JSON.parse(hook.stdout)).hookSpecificOutput).hookEventName).toBe("SessionStart");
    for (let i = 0; i < 30; i++)
      await bd.text("remember", `Fact ${i}: ${"it is so, and it matters. ".repeat(10)}`);
    const full = await bd.text("prime");
    expect(full.length / 4).toBeLessThan(PRIME_BUDGET_TOKENS);
    expect(full).toContain("more: `bd memories`");
    expect((await bd.text("prime", "--memories-only")).length).toBeGreaterThan(30 * 250);
    writeFileSync(join(bd.cwd, ".beads/PRIME.md"), "Our own words.\n");
    expect(await bd.text("prime")).toStartWith("Our own words.");
    expect(await bd.text("prime", "--memories-only")).toStartWith("## Memories");
  });
});

describe("history", () => {
  test("history, show --as-of, restore, undo, diff", async () => {
    const id = await make("H", "-d", "v1");
    await bd.text("update", id, "-d", "v2");
    await bd.text("update", id, "--actor", "other", "-p", "0");
    const history = records(await bd.json("history", id));
    expect(Object.keys(history[0] ?? {})).toEqual(["CommitHash", "Committer", "CommitDate", "Issue"]);
    expect(
      history.map(entry => [entry.Committer, record(entry.Issue).description, record(entry.Issue).priority]),
    ).toEqual([
      ["other", "v2", 0],
      ["worker", "v2", 2],
      ["worker", "v1", 2],
    ]);
    expect(
      records(await bd.json("show", id, "--as-of", String(history[2]?.CommitHash)))[0]?.description,
    ).toBe("v1");
    expect(records(await bd.json("show", id, "--as-of", "beads~1"))[0]?.priority).toBe(2);
    expect((await bd.run(["show", id, "--as-of", "nope"])).code).toBe(1);
    const undone = record(await bd.json("undo"));
    expect(undone).toMatchObject({ reverted: [id], conflicts: [] });
    expect(records(await bd.json("show", id))[0]).toMatchObject({ description: "v1", priority: 0 });
    const again = await bd.run(["undo", "--json"]);
    expect(again.code).toBe(1);
    expect(record(JSON.parse(again.stdout))).toMatchObject({
      reverted: [],
      conflicts: [{ id, fields: ["priority"] }],
    });
  });

  test("undo of what was changed again names it; a deleted bead comes back; restore --to", async () => {
    const id = await make("X", "-d", "old");
    const at = bd.git("rev-parse", "beads").trim();
    await bd.text("update", id, "-d", "mine");
    await bd.text("update", id, "-d", "newer", "--actor", "other");
    const undo = await bd.run(["undo", "--json"]);
    expect([undo.code, record(JSON.parse(undo.stdout)).conflicts]).toEqual([
      1,
      [{ id, fields: ["description"] }],
    ]);
    expect(record(await bd.json("restore", id, "--to", at)).description).toBe("old");
    await bd.text("delete", id, "--force");
    expect((await bd.run(["show", id])).code).toBe(1);
    expect(record(await bd.json("restore", id))).toMatchObject({ id, description: "old" });
    const diff = records(await bd.json("diff", "HEAD~1", "HEAD"));
    expect(diff).toEqual([expect.objectContaining({ issue_id: id, diff_type: "added" })]);
  });
});

describe("export and import", () => {
  test("a round trip loses nothing, and twice changes nothing", async () => {
    const file = join(bd.root, "all.jsonl");
    await bd.text("export", "--all", "-o", file);
    const lines = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map(line => record(JSON.parse(line)));
    expect(lines[0]).toMatchObject({
      _type: "issue",
      dependency_count: expect.any(Number),
      dependent_count: expect.any(Number),
      comment_count: expect.any(Number),
    });
    expect(lines.some(line => line._type === "memory")).toBe(true);
    const other = await sandbox({ prefix: "zz" });
    try {
      const first = record(await other.json("import", file));
      expect(keysOf(first)).toEqual([
        "created",
        "ids",
        "memories",
        "schema_version",
        "skipped",
        "source",
        "updated",
      ]);
      expect(Number(first.created)).toBe(lines.filter(line => line._type === "issue").length);
      expect(other.git("rev-list", "--count", "beads").trim()).toBe("2");
      expect(await other.text("export", "--all")).toBe(readFileSync(file, "utf8").trim());
      expect(record(await other.json("import", file))).toMatchObject({ created: 0, updated: 0 });
      expect(other.git("rev-list", "--count", "beads").trim()).toBe("2");
    } finally {
      other.remove();
    }
  });

  test("every line that is not taken is named with its reason; older rows do not win; deleted ones stay deleted", async () => {
    const gone = await make("Gone");
    const here = await make("Here", "-d", "local");
    await bd.text("delete", gone, "--force");
    const lines = [
      `{"id":"bd-old1","title":"Old era","type":"bug","status":"open","priority":1,"created_at":"2025-10-16T20:46:08.971822-07:00","updated_at":"2025-10-16T20:46:08Z","comments":[{"id":7,"issue_id":"bd-old1","author":"x","text":"hi","created_at":"2025-10-16T21:00:00Z"}],"wisp":false}`,
      `{"id":"bd-12","title":"Sequential","status":"closed","issue_type":"task","priority":0,"updated_at":"2025-01-01T00:00:00Z"}`,
      "not json",
      `{"id":"bd-t","title":"T","status":"tombstone"}`,
      `{"id":"bd-n","priority":2}`,
      `{"id":"${gone}","title":"Back?","status":"open"}`,
      `{"id":"${here}","title":"Here","description":"older","updated_at":"2020-01-01T00:00:00Z","labels":["fromfile"]}`,
      `{"_schema":"x"}`,
      "<<<<<<< HEAD",
    ];
    writeFileSync(join(bd.cwd, "mixed.jsonl"), lines.join("\n"));
    const report = record(await bd.json("import", "-i", "mixed.jsonl"));
    expect(report).toMatchObject({ created: 2, ids: ["bd-old1", "bd-12"], stale_skipped_ids: [here] });
    expect(records(report.not_taken).map(line => line.line)).toEqual([3, 4, 5, 6, 9]);
    expect(records(report.partly_taken)).toEqual([
      { line: 7, id: here, reason: expect.stringContaining("older than what is here") },
    ]);
    const [old, sequential, local] = records(await bd.json("show", "bd-old1", "bd-12", here));
    expect(old).toMatchObject({
      issue_type: "bug",
      created_at: "2025-10-17T03:46:08.971Z",
      comments: [expect.objectContaining({ text: "hi", id: expect.stringMatching(/-8/) })],
    });
    expect(sequential).toMatchObject({ status: "closed", closed_at: "2025-01-01T00:00:00.000Z" });
    expect(local).toMatchObject({ description: "local", labels: ["fromfile"] });
    expect((await bd.run(["import", "mixed.jsonl", "--strict"])).code).toBe(1);
  });

  test("issues of GitHub, known again by their number", async () => {
    const issues = [
      {
        number: 5,
        title: "Crash",
        body: "Steps\r\n1",
        state: "CLOSED",
        labels: [{ name: "bug" }, { name: "P1" }],
        assignees: [{ login: "ann" }],
        author: { login: "zed" },
        createdAt: "2026-01-01T00:00:00Z",
        updatedAt: "2026-01-02T00:00:00Z",
        closedAt: "2026-01-02T00:00:00Z",
        comments: [{ author: { login: "q" }, body: "me too", createdAt: "2026-01-01T01:00:00Z" }],
        url: "https://github.com/a/b/issues/5",
      },
      { number: 6, title: "PR", state: "open", pull_request: {} },
    ];
    const first = await bd.run(["import", "-", "--json"], { input: JSON.stringify(issues) });
    const report = record(JSON.parse(first.stdout));
    expect(report).toMatchObject({ created: 1, not_taken: [{ line: 2, reason: "#6 is a pull request" }] });
    const [bead] = records(await bd.json("show", String((report.ids as string[])[0])));
    expect(bead).toMatchObject({
      title: "Crash",
      issue_type: "bug",
      priority: 1,
      status: "closed",
      assignee: "ann",
      created_by: "zed",
      external_ref: "gh-5",
      description: "Steps\n1",
      comments: [expect.objectContaining({ author: "q", text: "me too" })],
    });
    const again = await bd.run(["import", "-", "--json"], { input: JSON.stringify(issues.slice(0, 1)) });
    expect(record(JSON.parse(again.stdout))).toMatchObject({ created: 0, updated: 0 });
  });
});

describe("what is there for viewers, and what is hidden", () => {
  test("export.auto writes the file after changes", async () => {
    await bd.text("config", "set", "export.auto", "true");
    await bd.text("config", "set", "export.interval", "1ms");
    const id = await make("Seen by a viewer");
    expect(readFileSync(join(bd.cwd, ".beads/issues.jsonl"), "utf8")).toContain(`"id":"${id}"`);
    await bd.text("config", "set", "export.path", "../outside.jsonl");
    const refused = await bd.run(["update", id, "-p", "0", "--json"]);
    expect([refused.code, refused.stderr]).toEqual([0, expect.stringContaining("leads out of")]);
    await bd.text("config", "unset", "export.auto");
  });

  test("wisps are not listed, exported or counted; --status all is every status; deleted ones are named", async () => {
    const wisp = await make("Wisp", "--ephemeral");
    const gone = await make("Gone for good");
    await bd.text("delete", gone, "--force", "--reason", "a mistake");
    const ids = async (...args: string[]) =>
      records(await bd.json("list", "--limit", "0", ...args)).map(bead => bead.id);
    expect(await ids("--status", "all")).not.toContain(wisp);
    expect(await ids("--include-infra")).toContain(wisp);
    expect((await ids("--status", "all")).length).toBeGreaterThan((await ids()).length);
    expect(await bd.text("export", "--all")).not.toContain(wisp);
    const deletions = records(record(await bd.json("deleted")).deletions);
    expect(deletions[0]).toMatchObject({
      id: gone,
      title: "Gone for good",
      by: "worker",
      reason: "a mistake",
    });
  });
});

describe("watchers", () => {
  test("metadata.json is there, and a change touches a file while looking does not", async () => {
    expect(existsSync(join(bd.cwd, ".beads/metadata.json"))).toBe(true);
    const id = await make("W");
    const touched = () => readFileSync(join(bd.cwd, ".beads/last-touched"), "utf8").trim();
    expect(touched()).toBe(id);
    const other = records(await bd.json("list", "--limit", "50")).find(bead => bead.id !== id);
    await bd.json("show", String(other?.id));
    expect(touched()).toBe(id);
  });
});
