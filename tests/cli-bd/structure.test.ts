/** Shapes of dependencies, epics, graphs, duplicates, swarms, gates and the merge slot. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { keysOf, PATIENCE_MS, record, records, type Sandbox, sandbox } from "./bd.ts";

setDefaultTimeout(PATIENCE_MS);

let bd: Sandbox;
const make = (title: string, ...args: string[]) => bd.text("create", title, "--silent", ...args);

beforeAll(async () => {
  bd = await sandbox({ prefix: "bd" });
});
afterAll(() => bd.remove());

describe("dep", () => {
  test("add, list, tree, remove", async () => {
    const [a, b, c] = [await make("A"), await make("B"), await make("C")];
    expect(await bd.json("dep", "add", a, b)).toEqual({
      depends_on_id: b,
      issue_id: a,
      schema_version: 1,
      status: "added",
      type: "blocks",
    });
    expect(await bd.json("dep", b, "--blocks", c)).toEqual({
      blocked_id: c,
      blocker_id: b,
      schema_version: 1,
      status: "added",
      type: "blocks",
    });
    await bd.json("dep", "add", b, "--depends-on", await make("D"), "-t", "tracks");
    expect(await bd.text("dep", "add", a, b)).toContain("Added dependency");
    const list = await bd.json("dep", "list", a);
    expect(records(list)).toHaveLength(1);
    expect(records(list)[0]).toMatchObject({ id: b, dependency_type: "blocks" });
    expect(keysOf(await bd.json("dep", "list", a, c))).toEqual([
      "issue_id",
      "depends_on_id",
      "type",
      "created_at",
      "created_by",
      "metadata",
    ]);
    expect(
      records(await bd.json("dep", "list", b, "--direction", "up"))
        .map(bead => bead.id)
        .sort(),
    ).toEqual([a, c].sort());
    const tree = records(await bd.json("dep", "tree", a));
    expect(tree.map(node => [node.depth, node.parent_id, node.edge_from_parent, node.truncated])).toEqual([
      [0, "", undefined, false],
      [1, a, "blocks", false],
      [2, b, "tracks", false],
    ]);
    expect(Object.keys(tree[1] ?? {}).slice(-4)).toEqual([
      "depth",
      "parent_id",
      "edge_from_parent",
      "truncated",
    ]);
    expect(records(await bd.json("dep", "tree", a, "-d", "1")).map(node => node.truncated)).toEqual([
      false,
      true,
    ]);
    expect((await bd.run(["dep", "tree", a, "-d", "0"])).code).toBe(1);
    expect(await bd.text("dep", "tree", a, "--format", "mermaid")).toStartWith("flowchart TD");
    expect(await bd.json("dep", "remove", a, b)).toEqual({
      depends_on_id: b,
      issue_id: a,
      schema_version: 1,
      status: "removed",
    });
    expect((await bd.run(["dep", "remove", a, b])).code).toBe(1);
  });

  test("refuses what is no order", async () => {
    const [a, b, epic] = [await make("A"), await make("B"), await make("E", "-t", "epic")];
    await bd.json("dep", "add", a, b);
    for (const [from, to, type, message] of [
      [a, a, "blocks", `cannot add self-dependency: ${a} cannot depend on itself`],
      [b, a, "blocks", "adding dependency would create a cycle"],
      [a, b, "tracks", "already exists with type"],
      [epic, a, "blocks", "tasks can only block other tasks, not epics"],
      [a, b, "x".repeat(51), "1 to 50 characters"],
    ] as const) {
      const { code, stderr } = await bd.run(["dep", "add", from, to, "-t", type]);
      expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    }
  });

  test("edges from a file, external references, relate", async () => {
    const [a, b, c] = [await make("A"), await make("B"), await make("C")];
    writeFileSync(
      join(bd.cwd, "edges.jsonl"),
      `{"from":"${a}","to":"${b}"}\n{"issue_id":"${b}","depends_on_id":"${c}","type":"tracks"}\n`,
    );
    expect(record(await bd.json("dep", "add", "--file", "edges.jsonl"))).toMatchObject({
      status: "added",
      count: 2,
    });
    await bd.json("dep", "add", c, "external:other:cap");
    expect(records(await bd.json("ready")).map(bead => bead.id)).toContain(c);
    expect(record(await bd.json("dep", "relate", a, c)).status).toBe("related");
    expect(records(await bd.json("dep", "list", c, "-t", "relates-to")).map(bead => bead.id)).toEqual([a]);
    expect(record(await bd.json("unrelate", a, c)).status).toBe("unrelated");
    expect(await bd.json("dep", "cycles")).toEqual([]);
    expect(await bd.json("graph", "check")).toEqual({
      clean: true,
      cycles: [],
      schema_version: 1,
      summary: { cycle_count: 0 },
    });
  });
});

describe("epics, duplicates, graph", () => {
  test("epic status and close-eligible", async () => {
    const epic = await make("Big", "-t", "epic");
    const child = await make("Small", "--parent", epic);
    const [status] = records(await bd.json("epic", "status")).filter(entry => record(entry.epic).id === epic);
    expect(Object.keys(status ?? {})).toEqual([
      "epic",
      "total_children",
      "closed_children",
      "eligible_for_close",
    ]);
    expect(status).toMatchObject({ total_children: 1, closed_children: 0, eligible_for_close: false });
    await bd.text("close", child);
    expect(await bd.json("epic", "close-eligible")).toEqual({ closed: [epic], count: 1, schema_version: 1 });
    expect(records(await bd.json("children", epic))[0]).toMatchObject({ id: child, parent: epic });
  });

  test("duplicates, duplicate, supersede, find-duplicates", async () => {
    const [a, b] = [await make("Same title", "-d", "same"), await make("Same title", "-d", "same")];
    const found = record(await bd.json("duplicates"));
    expect(records(found.groups).map(group => group.title)).toContain("Same title");
    expect(found.duplicate_groups).toBe(records(found.groups).length);
    expect(await bd.json("duplicate", a, "--of", b)).toEqual({
      canonical: b,
      duplicate: a,
      schema_version: 1,
      status: "closed",
    });
    const [old, next] = [await make("Old spec of the login page"), await make("New spec of the login page")];
    const pairs = record(await bd.json("find-duplicates"));
    expect(pairs).toMatchObject({ method: "mechanical", threshold: 0.5 });
    expect(records(pairs.pairs).map(pair => [pair.issue_a_id, pair.issue_b_id].sort())).toContainEqual(
      [old, next].sort(),
    );
    expect(await bd.json("supersede", old, "--with", next)).toEqual({
      replacement: next,
      schema_version: 1,
      status: "closed",
      superseded: old,
    });
  });

  test("graph in its forms", async () => {
    const [a, b] = [await make("A <x>"), await make("B")];
    await bd.json("dep", "add", a, b);
    expect(record(await bd.json("graph", a)).layers).toEqual([[b], [a]]);
    expect(await bd.text("graph", a, "--dot")).toStartWith("digraph beads {");
    expect(await bd.text("graph", "--all", "--html")).toContain("A &lt;x&gt;");
  });
});

describe("swarm, gate, merge-slot", () => {
  test("swarm validate, create, status, list", async () => {
    const epic = await make("Swarm", "-t", "epic");
    const [a, b, c] = [
      await make("A", "--parent", epic),
      await make("B", "--parent", epic),
      await make("C", "--parent", epic),
    ];
    await bd.json("dep", "add", c, a);
    await bd.json("dep", "add", c, b);
    const analysis = record(await bd.json("swarm", "validate", epic));
    expect(analysis).toMatchObject({
      epic_id: epic,
      total_issues: 3,
      closed_issues: 0,
      max_parallelism: 2,
      estimated_sessions: 3,
      swarmable: true,
      errors: [],
    });
    expect(records(analysis.ready_fronts).map(front => front.wave)).toEqual([0, 1]);
    const made = record(await bd.json("swarm", "create", epic, "--coordinator", "mayor"));
    expect(made).toMatchObject({ epic_id: epic, coordinator: "mayor" });
    await bd.json("update", a, "--claim");
    expect(record(await bd.json("swarm", "status", String(made.swarm_id)))).toMatchObject({
      epic_id: epic,
      total_issues: 3,
      active_count: 1,
      ready_count: 1,
      blocked_count: 1,
      progress_percent: 0,
    });
    expect(records(record(await bd.json("swarm", "list")).swarms)[0]).toMatchObject({
      id: made.swarm_id,
      epic_id: epic,
      coordinator: "mayor",
      total_issues: 3,
      active_issues: 1,
    });
    expect((await bd.run(["swarm", "create", epic])).code).toBe(1);
  });

  test("a gate blocks until it is resolved", async () => {
    const id = await make("Guarded");
    const gate = record(await bd.json("gate", "create", "--blocks", id, "--reason", "review"));
    expect(gate).toMatchObject({ issue_type: "gate", await_type: "human" });
    expect(records(await bd.json("ready")).map(bead => bead.id)).not.toContain(id);
    expect(records(await bd.json("list")).map(bead => bead.id)).not.toContain(gate.id);
    expect(records(await bd.json("gate", "list", id)).map(bead => bead.id)).toEqual([gate.id]);
    expect(record(await bd.json("gate", "show", String(gate.id))).id).toBe(gate.id);
    expect(record(await bd.json("gate", "resolve", String(gate.id), "-r", "fine"))).toMatchObject({
      status: "closed",
      close_reason: "fine",
    });
    expect(records(await bd.json("ready")).map(bead => bead.id)).toContain(id);
    const timer = record(await bd.json("gate", "create", "--blocks", id, "-t", "timer", "--timeout", "2h"));
    expect(timer.timeout).toBe(7_200_000_000_000);
  });

  test("the merge slot has one holder and a queue", async () => {
    const id = "bd-merge-slot";
    await bd.json("merge-slot", "create");
    expect(await bd.json("merge-slot", "check")).toEqual({
      available: true,
      holder: null,
      id,
      schema_version: 1,
      waiters: [],
    });
    expect(record(await bd.json("merge-slot", "acquire", "--holder", "a"))).toMatchObject({
      id,
      acquired: true,
      holder: "a",
    });
    const waits = await bd.run(["merge-slot", "acquire", "--holder", "b", "--wait", "--json"]);
    expect([waits.code, record(JSON.parse(waits.stdout))]).toEqual([
      1,
      { id, acquired: false, holder: "a", waiting: true, position: 1, schema_version: 1 },
    ]);
    expect((await bd.run(["merge-slot", "release", "--holder", "b"])).code).toBe(1);
    expect(record(await bd.json("merge-slot", "release"))).toMatchObject({ id, released: true });
    expect(record(await bd.json("merge-slot", "acquire", "--holder", "b"))).toMatchObject({ acquired: true });
  });
});
