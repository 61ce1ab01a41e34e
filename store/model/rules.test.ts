import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { type GitBeadStore, openStore } from "../bead-store.ts";
import { beadIdOfPath, beadPath, isStorableId } from "../branch/layout.ts";
import { beadSchema, type NewBead } from "../schema/bead.ts";
import { hasCode } from "../schema/errors.ts";
import {
  childDepth,
  childNumber,
  hashLength,
  hashPart,
  mintId,
  parentId,
  prefixOf,
  resolveId,
} from "../schema/ids.ts";
import type { StoreTx } from "../work/bead-tx.ts";
import { beadFault, serializeBead } from "./bead-file.ts";
import { checkConfig, newConfig, parseConfig } from "./config.ts";

const origin = { actor: "ada" };

/** Runs a body whose effects are thrown away. */
let scratch: (body: (tx: StoreTx) => void) => Promise<void>;
let store: GitBeadStore;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "gastown-rules-"));
  Bun.spawnSync(["git", "init", "-q", "--bare", dir]);
  store = await openStore({ gitDir: dir, prefix: "gt", create: true, ports: bunStorePorts(process.env) });
  const undo = new Error("undo");
  scratch = body =>
    store
      .transactStore(origin, tx => {
        body(tx);
        throw undo;
      })
      .then(
        () => undefined,
        error => {
          if (error !== undo) throw error;
        },
      );
});

afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

function refusal(body: () => unknown): { readonly code: string; readonly message: string } {
  try {
    body();
  } catch (error) {
    if (hasCode(error, "invalid_argument", "not_found", "dependency_cycle", "already_exists", "too_large"))
      return error;
    throw error;
  }
  return { code: "none", message: "" };
}

describe("ids", () => {
  const seed = {
    title: "Fix login",
    description: "Details",
    creator: "jira-import",
    unixNano: BigInt(Date.parse("2024-01-02T03:04:05.006Z")) * 1_000_000n,
  };

  test("the known vector", () => {
    const hashes = [3, 4, 5, 6, 7, 8].map(length => hashPart({ ...seed, nonce: 0 }, length));
    expect(hashes).toEqual(["vju", "8d8e", "bi3tk", "8bi3tk", "r5sr6bm", "8r5sr6bm"]);
  });

  test("grow with the store, and avoid what is taken", () => {
    expect([0, 160, 200, 1_000, 6_000, 36_000, 220_000].map(hashLength)).toEqual([3, 3, 4, 5, 6, 7, 8]);
    expect(mintId(seed, { prefix: "gt", count: 0, taken: id => id === "gt-vju" })).not.toBe("gt-vju");
    expect(mintId(seed, { prefix: "gt", infix: "wisp", count: 0, taken: () => false })).toBe("gt-wisp-vju");
    expect(refusal(() => mintId(seed, { prefix: "gt", count: 0, taken: () => true })).code).toBe(
      "already_exists",
    );
  });

  test("parts", () => {
    expect([
      parentId("gt-a.1.2"),
      childNumber("gt-a.12"),
      childDepth("gt-a.1.2"),
      childDepth("gt-a"),
    ]).toEqual(["gt-a.1", 12, 2, 0]);
    expect([parentId("gt-a"), childNumber("gt-a"), prefixOf("my-app-x1"), prefixOf("gt-mol-x1")]).toEqual([
      undefined,
      undefined,
      "my-app",
      "gt",
    ]);
  });

  test("are found by a part", () => {
    const ids = ["gt-abc", "gt-abd", "gt-xyz", "gt-xyz.1"];
    const lookup = {
      prefixes: ["gt"],
      exists: (id: string) => ids.includes(id),
      containing: (part: string) => ids.filter(id => id.slice(3).includes(part)),
    };
    expect([
      resolveId(lookup, "gt-abc"),
      resolveId(lookup, "abd"),
      resolveId(lookup, "bc"),
      resolveId(lookup, "xyz"),
    ]).toEqual(["gt-abc", "gt-abd", "gt-abc", "gt-xyz"]);
    expect(refusal(() => resolveId(lookup, "nope"))).toMatchObject({
      code: "not_found",
      message: 'no issue found matching "nope"',
    });
    expect(() => resolveId(lookup, "ab")).toThrow('ambiguous ID "ab" matches 2 issues: [gt-abc gt-abd]');
  });

  test("every storable id has one path, and every path one id", () => {
    const id = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(..."aB9-._/") });
    fc.assert(
      fc.property(id, text => {
        if (!isStorableId(text)) return;
        expect(beadIdOfPath(beadPath(text))).toBe(text);
        expect(beadPath(text).split("/").length).toBe(4);
      }),
    );
    expect(beadPath("gt-4k2cd")).toBe("beads/c/d/gt-4k2cd.json");
    expect(beadPath("gt-4k2cd.1.2")).toBe("beads/c/d/gt-4k2cd.1.2.json");
    expect(beadPath("bd-7")).toBe("beads/0/7/bd-7.json");
    for (const bad of ["..", "a/b", "", ".x", "a..b", "a b", "-x", "x.", "é"])
      expect(isStorableId(bad)).toBe(false);
  });
});

describe("files", () => {
  test("the hand-written check and the schema agree", () => {
    const at = "2026-01-01T00:00:00Z";
    const good = {
      id: "gt-a",
      title: "t",
      status: "open",
      priority: 2,
      issue_type: "task",
      created_at: at,
      updated_at: at,
    };
    const field = fc.constantFrom(...Object.keys(beadSchema.shape), "unknown");
    const value = fc.oneof(
      fc.constantFrom(
        "",
        "x",
        at,
        "2026-01-01T00:00:00.123456789+02:00",
        "2026-13-01T00:00:00Z",
        "2026-01-01",
        true,
        false,
        0,
        4,
        5,
        -1,
        1.5,
      ),
      fc.constantFrom<unknown>([], {}, ["a"], [1], [{}], { a: 1 }),
      fc.constantFrom<unknown>(
        [{ issue_id: "a", depends_on_id: "b", type: "blocks", created_at: at }],
        [{ issue_id: "a", depends_on_id: "b", type: "", created_at: at }],
        [{ issue_id: "a", depends_on_id: "b", type: "x", created_at: at, metadata: 1 }],
        [{ id: "1", issue_id: "a", author: "x", text: "t", created_at: at }],
        [{ id: "1", issue_id: "a", text: "t", created_at: at }],
        [{ source_id: "a" }],
        [{ source_id: 1 }],
        { title: [1, 0, "a"] },
        { title: [1, 0] },
        { title: [-1, 0, "a"] },
      ),
    );
    fc.assert(
      fc.property(fc.dictionary(field, value, { maxKeys: 4 }), changes => {
        const candidate: Record<string, unknown> = { ...good, ...changes };
        expect(beadFault(candidate) === undefined).toBe(beadSchema.safeParse(candidate).success);
      }),
      { numRuns: 2_000 },
    );
  });

  test("have one spelling, without empty values, with unknown fields", () => {
    const at = "2026-01-01T00:00:00Z";
    const edge = (target: string) => ({
      issue_id: "gt-a",
      depends_on_id: target,
      type: "blocks",
      created_at: at,
    });
    const one = {
      id: "gt-a",
      title: "t",
      status: "open",
      priority: 0,
      issue_type: "task",
      created_at: at,
      updated_at: at,
    };
    const a = serializeBead({
      ...one,
      labels: ["b", "a", "b"],
      notes: "",
      pinned: false,
      odd: "",
      dependencies: [edge("y"), edge("x")],
    });
    const b = serializeBead({
      odd: "",
      dependencies: [edge("x"), edge("y")],
      labels: ["a", "b"],
      comments: [],
      ...one,
    });
    expect(a).toBe(b);
    expect(Object.keys(JSON.parse(a))).toEqual([
      "created_at",
      "dependencies",
      "id",
      "issue_type",
      "labels",
      "odd",
      "priority",
      "status",
      "title",
      "updated_at",
    ]);
  });
});

describe("beads", () => {
  test("creation fills in what is not given, and refuses what is wrong", () =>
    scratch(tx => {
      const bead = tx.create({ title: "x", labels: ["b", "a"], description: "", issue_type: "enhancement" });
      expect(bead).toMatchObject({
        status: "open",
        priority: 2,
        issue_type: "feature",
        created_by: "ada",
        labels: ["a", "b"],
      });
      expect("description" in bead).toBe(false);
      const refused: readonly (readonly [NewBead, string])[] = [
        [{ title: " " }, "title is required"],
        [{ title: "x".repeat(501) }, "title must be 500 bytes or less (got 501)"],
        [{ title: "x", priority: 5 }, "priority must be between 0 and 4 (got 5)"],
        [{ title: "x", issue_type: "nonsense" }, "invalid issue type: nonsense"],
        [{ title: "x", status: "nonsense" }, "invalid status: nonsense"],
        [{ title: "x", parent: "gt-none" }, 'no issue found matching "gt-none"'],
        [{ title: "x", id: "other-1" }, "issue ID other-1 does not match the prefix gt"],
        [{ title: "x", id: "gt-a/../b" }, 'invalid issue ID: "gt-a/../b"'],
        [{ title: "x", id: bead.id }, `issue ${bead.id} already exists`],
        [{ title: "x", notes: "x".repeat(1_048_577) }, "notes is larger than 1048576 bytes"],
      ];
      for (const [input, message] of refused) expect(refusal(() => tx.create(input)).message).toBe(message);
    }));

  test("closed if and only if there is a closing time", () =>
    scratch(tx => {
      const { id } = tx.create({ title: "x" });
      expect(tx.update(id, { status: "in_progress" }).started_at).toBe(tx.now);
      const closed = tx.close(id, "done");
      expect(closed).toMatchObject({ status: "closed", closed_at: tx.now, close_reason: "done" });
      expect(tx.close(id, "again")).toEqual(closed);
      const open = tx.update(id, { status: "open" });
      expect([open.closed_at, open.close_reason]).toEqual([undefined, undefined]);
      expect(open.started_at).toBe(tx.now);
      expect(tx.update(id, { status: "failed" }).closed_at).toBeUndefined();
      expect(tx.create({ title: "y", status: "closed" }).closed_at).toBe(tx.now);
      expect(tx.events.map(event => event.type)).toEqual([
        "created",
        "status_changed",
        "closed",
        "reopened",
        "status_changed",
        "created",
      ]);
    }));

  test("patches", () =>
    scratch(tx => {
      const { id } = tx.create({ title: "x", notes: "n", metadata: { a: 1, b: { c: 2 } } });
      expect(tx.update(id, { notes: null, metadata: { a: null, d: "e" } })).toMatchObject({
        metadata: { b: { c: 2 }, d: "e" },
      });
      expect(tx.get(id)?.notes).toBeUndefined();
      const before = tx.events.length;
      tx.update(id, { title: "x", notes: null });
      expect(tx.events.length).toBe(before);
      expect(refusal(() => tx.update(id, { title: null })).message).toBe("The field title can not be unset.");
      expect(refusal(() => tx.update("gt-none", {})).message).toBe('no issue found matching "gt-none"');
      expect(refusal(() => tx.update(id, { created_at: "x" })).code).toBe("invalid_argument");
      expect(refusal(() => tx.update(id, { due_at: "tomorrow" })).code).toBe("invalid_argument");
    }));

  test("children are numbered on, also after deletions, three deep", () =>
    scratch(tx => {
      const top = tx.create({ title: "top" }).id;
      const one = tx.create({ title: "1", parent: top }).id;
      tx.delete(one);
      const two = tx.create({ title: "2", parent: top }).id;
      expect([one, two]).toEqual([`${top}.1`, `${top}.2`]);
      const deep = tx.create({ title: "3", parent: tx.create({ title: "4", parent: two }).id }).id;
      expect(deep).toBe(`${top}.2.1.1`);
      expect(tx.create({ title: "5", parent: deep }).id).not.toContain(".");
      expect(tx.query({ ancestor: top }).length).toBe(4);
      expect(tx.query({ parent: top }).map(bead => bead.id)).toEqual([two]);
    }));
});

describe("dependencies", () => {
  test("refusals, in the known words", () =>
    scratch(tx => {
      const [a, b, c] = ["a", "b", "c"].map(title => tx.create({ title }).id) as [string, string, string];
      const epic = tx.create({ title: "e", issue_type: "epic" }).id;
      tx.addDependency(a, b);
      tx.addDependency(b, c, "conditional-blocks");
      expect(refusal(() => tx.addDependency(c, a))).toMatchObject({
        code: "dependency_cycle",
        message: "adding dependency would create a cycle",
      });
      expect(refusal(() => tx.addDependency(a, a)).message).toBe(
        `cannot add self-dependency: ${a} cannot depend on itself`,
      );
      expect(refusal(() => tx.addDependency(a, epic)).message).toBe(
        "epics can only block other epics, not tasks",
      );
      expect(refusal(() => tx.addDependency(epic, a)).message).toBe(
        "tasks can only block other tasks, not epics",
      );
      expect(refusal(() => tx.addDependency(a, "gt-none")).code).toBe("not_found");
      expect(refusal(() => tx.addDependency(a, c, "")).message).toBe('invalid dependency type: ""');
      expect(refusal(() => tx.addDependency(a, b, "related")).code).toBe("invalid_argument");
      tx.addDependency(a, epic, "parent-child");
      expect(refusal(() => tx.addDependency(epic, a, "parent-child")).code).toBe("dependency_cycle");
      // Across stores, and for mere references, anything goes.
      tx.addDependency(a, "hq-1", "tracks");
      tx.addDependency(a, "gt-none", "discovered-from");
      tx.addDependency(a, "hq-2", "blocks");
      tx.addDependency(a, "external:other:feature", "blocks");
      expect(tx.blockers(a)).toEqual([b]);
    }));

  test("the same edge again changes its metadata only; a second parent replaces the first", () =>
    scratch(tx => {
      const [a, b, c] = ["a", "b", "c"].map(title => tx.create({ title }).id) as [string, string, string];
      tx.addDependency(a, b, "related");
      const count = tx.events.length;
      tx.addDependency(a, b, "related");
      expect(tx.events.length).toBe(count);
      expect(tx.addDependency(a, b, "related", "{}").metadata).toBe("{}");
      tx.addDependency(b, a, "parent-child");
      tx.addDependency(b, c, "parent-child");
      expect(tx.require(b).dependencies?.map(edge => edge.depends_on_id)).toEqual([c]);
      expect([tx.removeDependency(b, c), tx.removeDependency(b, c)]).toEqual([true, false]);
    }));

  test("gates that wait for children", () =>
    scratch(tx => {
      const spawner = tx.create({ title: "s", issue_type: "epic" }).id;
      const kids = ["1", "2"].map(title => tx.create({ title, parent: spawner }).id) as [string, string];
      const all = tx.create({
        title: "all",
        dependencies: [{ depends_on_id: spawner, type: "waits-for" }],
      }).id;
      const any = tx.create({
        title: "any",
        dependencies: [{ depends_on_id: spawner, type: "waits-for", metadata: '{"gate":"any-children"}' }],
      }).id;
      expect([tx.blockers(all).sort(), tx.blockers(any).sort()]).toEqual([kids, kids]);
      tx.close(kids[0]);
      expect([tx.blockers(all), tx.blockers(any)]).toEqual([[kids[1]], []]);
      tx.close(kids[1]);
      expect(tx.blockers(all)).toEqual([]);
    }));

  test("a failed or deleted blocker, a pinned one, and a custom done status", () =>
    scratch(tx => {
      tx.configure(config => ({ ...config, statuses: { shipped: "done", parked: "wip" } }));
      const blocker = tx.create({ title: "b" }).id;
      const work = tx.create({ title: "w", dependencies: [{ depends_on_id: blocker }] }).id;
      const blockedBy = (status: string) => {
        tx.update(blocker, { status });
        return tx.blockers(work).length;
      };
      expect(["open", "failed", "parked", "in_review", "shipped", "pinned", "closed"].map(blockedBy)).toEqual(
        [1, 1, 1, 1, 0, 0, 0],
      );
      tx.update(blocker, { status: "open" });
      tx.delete(blocker);
      expect(tx.blockers(work)).toEqual([]);
    }));
});

describe("settings", () => {
  test("are checked", () => {
    const config = newConfig("gt");
    expect(checkConfig({ ...config, statuses: { a: "wip" }, types: ["x"] }).types).toEqual(["x"]);
    for (const bad of [
      { prefix: "9" },
      { allowed_prefixes: ["a b"] },
      { statuses: { A: "wip" as const } },
      { types: ["X"] },
    ]) {
      expect(refusal(() => checkConfig({ ...config, ...bad })).code).toBe("invalid_argument");
    }
    expect(() => parseConfig('{"format": 2, "prefix": "x"}')).toThrow("format 2");
    expect(() => parseConfig("[]")).toThrow("gastown.json");
  });

  test("travel with the beads", async () => {
    await store.transactStore(origin, tx => {
      tx.configure(config => ({
        ...config,
        types: ["quest"],
        allowed_prefixes: ["old"],
        settings: { "a.b": "c" },
      }));
      tx.create({ title: "q", issue_type: "quest", id: "old-7" });
    });
    const other = await openStore({ gitDir: dir, ports: bunStorePorts(process.env) });
    expect(other.prefixes).toEqual(["gt", "old"]);
    expect(other.config.settings).toEqual({ "a.b": "c" });
    expect((await other.get("old-7"))?.issue_type).toBe("quest");
    await other.close();
  });
});
