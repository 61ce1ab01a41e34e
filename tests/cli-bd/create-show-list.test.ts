/** Shapes of create, show, list and ready: keys, their order, types, and what is left out. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { keysOf, PATIENCE_MS, record, records, type Sandbox, sandbox } from "./bd.ts";

setDefaultTimeout(PATIENCE_MS);

let bd: Sandbox;
const ids: Record<string, string> = {};
const create = async (name: string, ...args: string[]) => {
  ids[name] = await bd.text("create", "--silent", ...args);
  return ids[name];
};

beforeAll(async () => {
  bd = await sandbox({ prefix: "gp" });
  await create("epic", "Epic", "-t", "epic", "-p", "1");
  await create("first", "First", "-p", "1", "-d", "<b> & more");
  await create("second", "Second", "-l", "api,ui", "--deps", ids.first!, "--parent", ids.epic!);
  await create("third", "Third", "--deps", `discovered-from:${ids.first},blocks:${ids.second}`);
  await bd.text("comment", ids.second!, "hi", "--author", "bob");
});
afterAll(() => bd.remove());

describe("create", () => {
  test("answers one object, its keys sorted, with the schema version", async () => {
    const made = record(await bd.json("create", "Hello world", "-t", "task", "-p", "2"));
    expect(Object.keys(made)).toEqual([
      "created_at",
      "created_by",
      "id",
      "issue_type",
      "owner",
      "priority",
      "schema_version",
      "status",
      "title",
      "updated_at",
    ]);
    expect(made).toMatchObject({
      created_by: "worker",
      issue_type: "task",
      owner: "w@example.com",
      priority: 2,
      schema_version: 1,
      status: "open",
      title: "Hello world",
    });
    expect(made.id).toMatch(/^gp-[a-z0-9]{3,8}$/);
    await bd.text("close", String(made.id));
  });

  test("escapes as Go does, and prints priority 0", async () => {
    const { stdout } = await bd.run(["create", "a <b> & c", "-p", "P0", "--json"]);
    expect(stdout).toContain('"title": "a \\u003cb\\u003e \\u0026 c"');
    expect(stdout).toContain('"priority": 0');
    expect(stdout.endsWith("}\n")).toBe(true);
    await bd.text("close", JSON.parse(stdout).id);
  });

  test("prints pinned text, and warns on standard error", async () => {
    const { stdout, stderr, code } = await bd.run(["create", "Bare"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Created issue: gp-");
    expect(stderr).toContain("without a description");
    await bd.text("close");
  });

  test("--dry-run has no id and makes nothing", async () => {
    const before = record(await bd.json("count"));
    const shown = record(await bd.json("create", "Maybe", "--dry-run"));
    expect(shown.id).toBeUndefined();
    expect(shown).toMatchObject({ title: "Maybe", status: "open", schema_version: 1 });
    expect(await bd.json("count")).toEqual(before);
  });

  test("every field of the flags", async () => {
    const made = record(
      await bd.json(
        "create",
        "Full",
        "-t",
        "feat",
        "-p",
        "3",
        "-a",
        "alice",
        "-d",
        "what",
        "--acceptance",
        "crit",
        "--design",
        "how",
        "--notes",
        "n1",
        "--append-notes",
        "n2",
        "-e",
        "90",
        "--external-ref",
        "gh-9",
        "--spec-id",
        "spec-1",
        "--due",
        "2030-01-02",
        "--metadata",
        '{"k":"v","n":2}',
      ),
    );
    expect(made).toMatchObject({
      issue_type: "feature",
      priority: 3,
      assignee: "alice",
      description: "what",
      acceptance_criteria: "crit",
      design: "how",
      notes: "n1\nn2",
      estimated_minutes: 90,
      external_ref: "gh-9",
      spec_id: "spec-1",
      due_at: "2030-01-02T00:00:00.000Z",
      metadata: { k: "v", n: 2 },
    });
    await bd.text("close", String(made.id));
  });

  test("children inherit labels and get numbers", async () => {
    await bd.text("label", "add", ids.epic!, "team");
    const child = record(await bd.json("create", "Child", "--parent", ids.epic!));
    expect(child.id).toBe(`${ids.epic}.2`);
    expect(child.labels).toEqual(["team"]);
    await bd.text("close", String(child.id), "--force");
  });

  test("from a Markdown file: an array", async () => {
    writeFileSync(
      join(bd.cwd, "plan.md"),
      "# Plan\n\n## Login\nText of it.\n\n### Priority\n0\n### Type\nbug\n### Labels\na, b\n\n## Logout\n\n```\n## no title\n```\n",
    );
    const made = records(await bd.json("create", "--file", "plan.md"));
    expect(
      made.map(({ title, priority, issue_type, labels }) => ({ title, priority, issue_type, labels })),
    ).toEqual([
      { title: "Login", priority: 0, issue_type: "bug", labels: ["a", "b"] },
      { title: "Logout", priority: 2, issue_type: "task", labels: undefined },
    ]);
    expect(made[1]?.description).toContain("## no title");
    await bd.text("close", ...made.map(({ id }) => String(id)));
  });

  test("from a graph: ids by key, in one commit", async () => {
    const plan = {
      commit_message: "The plan",
      nodes: [
        {
          key: "b",
          title: "B",
          parent_key: "e",
          assignee: "cy",
          assign_after_create: true,
          metadata_refs: { after: "a" },
        },
        { key: "e", title: "E", type: "epic" },
        { key: "a", title: "A", parent_key: "e", labels: ["x"] },
      ],
      edges: [{ from_key: "b", to_key: "a" }],
    };
    writeFileSync(join(bd.cwd, "graph.json"), JSON.stringify(plan));
    expect(await bd.json("create", "--graph", "graph.json", "--dry-run")).toMatchObject({
      dry_run: true,
      node_count: 3,
      edge_count: 1,
      parent_deps: 2,
    });
    const made = record(record(await bd.json("create", "--graph", "graph.json")).ids);
    const [b] = records(await bd.json("show", String(made.b)));
    expect(b).toMatchObject({ assignee: "cy", parent: made.e, metadata: { after: made.a } });
    expect(bd.git("log", "-1", "--format=%s", "beads").trim()).toBe("The plan");
    await bd.text("close", String(made.a), String(made.b), String(made.e));
  });

  test("--force takes an id with a foreign prefix, and it can be worked with", async () => {
    expect(await bd.text("create", "Guest", "--id", "other-1", "--force", "--silent")).toBe("other-1");
    await bd.text("update", "other-1", "-p", "1");
    expect(records(await bd.json("close", "other-1"))[0]).toMatchObject({ id: "other-1", status: "closed" });
  });

  const refusals: [string, string[], string][] = [
    ["no title", ["create"], "title required"],
    ["an unknown type", ["create", "x", "-t", "nope"], 'invalid issue type "nope"'],
    ["a word as priority", ["create", "x", "-p", "high"], 'invalid priority "high"'],
    ["an unknown dependency", ["create", "x", "--deps", "gp-zzzz"], "no issue found matching"],
    ["an unknown kind of dependency", ["create", "x", "--deps", "wibble:gp-1"], "invalid dependency type"],
    ["a foreign prefix", ["create", "x", "--id", "other-1"], "prefix mismatch"],
    ["a kind of wisp that is none", ["create", "x", "--wisp-type", "ping2"], 'invalid wisp-type "ping2"'],
    ["a kind of molecule that is none", ["create", "x", "--mol-type", "mob"], 'invalid mol-type "mob"'],
    ["metadata that is no object", ["create", "x", "--metadata", "[1]"], "must be a JSON object"],
    ["a time that is none", ["create", "x", "--due", "whenever"], "cannot parse time"],
    ["event flags on a task", ["create", "x", "--event-actor", "me"], "require --type=event"],
    ["an unknown flag", ["create", "x", "--wibble"], "Unknown flag"],
  ];
  for (const [name, args, message] of refusals) {
    test(`refuses ${name}: exit 1, object on stdout, line on stderr`, async () => {
      const { code, stdout, stderr } = await bd.run([...args, "--json"]);
      expect(code).toBe(1);
      const error = record(JSON.parse(stdout));
      expect(String(error.error)).toContain(message);
      expect(error.schema_version).toBe(1);
      expect(stderr).toContain(message);
    });
  }
});

describe("show", () => {
  test("answers an array of details in struct order", async () => {
    const shown = await bd.json("show", ids.second!);
    expect(Array.isArray(shown)).toBe(true);
    expect(keysOf(shown)).toEqual([
      "id",
      "title",
      "status",
      "priority",
      "issue_type",
      "owner",
      "created_at",
      "created_by",
      "updated_at",
      "labels",
      "dependencies",
      "comments",
      "parent",
      "dependent_count",
      "dependency_count",
      "comment_count",
    ]);
    const [bead] = records(shown);
    // Of a single bead edges of every type count, the parent's too; zeros are said.
    expect(bead).toMatchObject({
      labels: ["api", "ui"],
      parent: ids.epic,
      dependent_count: 0,
      dependency_count: 3,
      comment_count: 1,
    });
    const dependencies = records(bead?.dependencies);
    expect(dependencies.map(d => [d.id, d.dependency_type]).sort()).toEqual(
      [
        [ids.epic, "parent-child"],
        [ids.first, "blocks"],
        [ids.third, "blocks"],
      ].sort(),
    );
    for (const dependency of dependencies) {
      const leading = ["id", "title", "description", "status"].filter(key => key in dependency);
      expect(Object.keys(dependency).slice(0, leading.length)).toEqual(leading);
    }
    expect(keysOf(bead?.comments)).toEqual(["id", "issue_id", "author", "text", "created_at"]);
    expect(records(bead?.comments)[0]).toMatchObject({ author: "bob", text: "hi", issue_id: ids.second });
  });

  test("an epic carries its progress", async () => {
    const [epic] = records(await bd.json("show", ids.epic!, "--include-dependents"));
    expect(epic).toMatchObject({ epic_total_children: 2, epic_closed_children: 1, epic_closeable: false });
    expect(records(epic?.dependents).map(d => d.dependency_type)).toEqual(["parent-child", "parent-child"]);
  });

  test("finds by part of an id, several at once, and says which are missing", async () => {
    const part = ids.first!.slice(3);
    const { code, stdout, stderr } = await bd.run(["show", part, "gp-nothere", "--json"]);
    expect(code).toBe(0);
    expect(records(JSON.parse(stdout)).map(bead => bead.id)).toEqual([ids.first]);
    expect(stderr).toContain("gp-nothere");
  });

  test("nothing found: exit 1 and the known error", async () => {
    const { code, stdout } = await bd.run(["show", "gp-nothere", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      error: "no issues found matching the provided IDs",
      schema_version: 1,
    });
    const text = await bd.run(["update", "gp-nothere", "-p", "1"]);
    expect(text.stderr).toContain("no issue found");
  });

  test("--short, --children, --refs", async () => {
    expect(await bd.text("show", ids.first!, "--short")).toContain(`${ids.first} [P1]`);
    const children = record(await bd.json("show", ids.epic!, "--children"));
    expect(records(children[ids.epic!]).map(child => child.id)).toContain(ids.second);
    const refs = record(await bd.json("show", ids.first!, "--refs"));
    expect(
      records(refs[ids.first!])
        .map(ref => ref.dependency_type)
        .sort(),
    ).toEqual(["blocks", "discovered-from"]);
  });
});

describe("list and ready", () => {
  test("list answers issues with raw edges and counts, in struct order", async () => {
    const list = records(await bd.json("list"));
    const second = list.find(bead => bead.id === ids.second);
    expect(Object.keys(second ?? {})).toEqual([
      "id",
      "title",
      "status",
      "priority",
      "issue_type",
      "owner",
      "created_at",
      "created_by",
      "updated_at",
      "labels",
      "dependencies",
      "dependency_count",
      "dependent_count",
      "comment_count",
      "parent",
    ]);
    expect(second).toMatchObject({
      dependency_count: 2,
      dependent_count: 0,
      comment_count: 1,
      parent: ids.epic,
    });
    expect(keysOf(second?.dependencies)).toEqual([
      "issue_id",
      "depends_on_id",
      "type",
      "created_at",
      "created_by",
      "metadata",
    ]);
    expect(records(second?.dependencies)[0]).toMatchObject({ issue_id: ids.second, metadata: "{}" });
    expect(list.find(bead => bead.id === ids.first)).toMatchObject({
      dependency_count: 0,
      dependent_count: 1,
      comment_count: 0,
    });
  });

  test("empty answers are [], never null", async () => {
    for (const args of [
      ["list", "-s", "blocked"],
      ["ready", "-l", "none"],
      ["blocked", "--parent", ids.third!],
      ["children", ids.third!],
      ["search", "zzzz"],
      ["comments", ids.third!],
      ["stale"],
      ["epic", "status", "--eligible-only"],
      ["dep", "list", ids.first!],
      ["dep", "cycles"],
      ["label", "list", ids.first!],
      ["gate", "list"],
    ]) {
      const { stdout, code } = await bd.run([...args, "--json"]);
      expect([args.join(" "), code, stdout]).toEqual([args.join(" "), 0, "[]\n"]);
    }
  });

  test("filters", async () => {
    const idsOf = async (...args: string[]) =>
      records(await bd.json("list", ...args))
        .map(bead => bead.id)
        .sort();
    expect(await idsOf("--label", "api", "--label", "ui")).toEqual([ids.second!]);
    expect(await idsOf("--label-any", "api,none")).toEqual([ids.second!]);
    expect(await idsOf("--label-pattern", "a*i")).toEqual([ids.second!]);
    expect(await idsOf("--label-regex", "^ap")).toEqual([ids.second!]);
    expect(await idsOf("--parent", ids.epic!)).toEqual([ids.second!]);
    expect(await idsOf("--type", "epic")).toEqual([ids.epic!]);
    expect(await idsOf("-p", "P1")).toEqual([ids.epic!, ids.first!].sort());
    expect(await idsOf("--priority-max", "1")).toEqual([ids.epic!, ids.first!].sort());
    expect(await idsOf("--title-contains", "seco")).toEqual([ids.second!]);
    expect(await idsOf("--desc-contains", "MORE")).toEqual([ids.first!]);
    expect(await idsOf("--id", `${ids.first},${ids.third}`)).toEqual([ids.first!, ids.third!].sort());
    expect(await idsOf("--no-labels", "--no-parent", "--status", "open")).toEqual(
      [ids.first!, ids.third!].sort(),
    );
    expect(await idsOf("--created-after", "+1d")).toEqual([]);
    expect(await idsOf("--ready")).toEqual([ids.epic!, ids.first!, ids.third!].sort());
    expect((await idsOf("--status", "closed")).length).toBeGreaterThan(0);
    expect((await idsOf("--all", "--limit", "2")).length).toBe(2);
    expect((await idsOf("--tree=false", "--flat", "--pretty", "--no-pager")).length).toBe(4);
  });

  test("order: priority, newest first; --sort and --reverse", async () => {
    const list = records(await bd.json("list"));
    expect(list.map(bead => bead.priority)).toEqual([1, 1, 2, 2]);
    expect(list.slice(0, 2).map(bead => bead.id)).toEqual([ids.first, ids.epic]);
    const titles = records(await bd.json("list", "--sort", "title", "--reverse")).map(bead => bead.title);
    expect(titles).toEqual(["Third", "Second", "First", "Epic"]);
  });

  test("--skip-labels answers an object, and refuses label filters with 2", async () => {
    const answer = record(await bd.json("list", "--skip-labels"));
    expect(answer.meta).toEqual({ skip_labels: true, count: 4 });
    expect(records(answer.issues).every(bead => bead.labels === undefined)).toBe(true);
    expect((await bd.run(["list", "--skip-labels", "--label", "x", "--json"])).code).toBe(2);
  });

  test("the truncation hint goes to standard error", async () => {
    const { stdout, stderr } = await bd.run(["list", "--limit", "1"]);
    expect(stderr).toContain("more match");
    expect(stdout).not.toContain("more match");
  });

  test("ready leaves out what is blocked, and children of the blocked", async () => {
    expect(
      records(await bd.json("ready"))
        .map(bead => bead.id)
        .sort(),
    ).toEqual([ids.epic!, ids.first!, ids.third!].sort());
    expect(records(await bd.json("ready", "--limit", "1")).length).toBe(1);
    expect(records(await bd.json("ready", "--parent", ids.epic!))).toEqual([]);
  });

  test("blocked carries what it waits for", async () => {
    const [blocked] = records(await bd.json("blocked"));
    expect(Object.keys(blocked ?? {}).slice(-2)).toEqual(["blocked_by_count", "blocked_by"]);
    expect(blocked).toMatchObject({ id: ids.second, blocked_by_count: 2 });
  });

  test("ready --explain", async () => {
    const answer = record(await bd.json("ready", "--explain"));
    expect(Object.keys(answer)).toEqual(["blocked", "ready", "schema_version", "summary"]);
    expect(answer.summary).toEqual({ total_ready: 3, total_blocked: 1, cycle_count: 0 });
    const [blocked] = records(answer.blocked);
    expect(keysOf(blocked?.blocked_by)).toEqual(["id", "title", "status", "priority"]);
    expect(keysOf(answer.ready).slice(-4)).toEqual([
      "reason",
      "resolved_blockers",
      "dependency_count",
      "dependent_count",
    ]);
  });
});
