import { describe, expect, test } from "bun:test";
import { nativeCodec } from "../../runtime/hosts/bun/store/codec.ts";
import type { Branch } from "../branch/branch.ts";
import { fromUtf8, utf8 } from "../branch/bytes.ts";
import { beadPath } from "../branch/layout.ts";
import { actorSignature } from "../branch/signature.ts";
import { parseBeadFile } from "../model/bead-file.ts";
import { type Fields, isFields } from "./json.ts";
import { relate } from "./merge-base.ts";
import { mergeCommits } from "./merge-commits.ts";
import { bury, firstBead, write } from "./testing/history.ts";
import { commitBeads, memoryBranch } from "./testing/memory-repository.ts";

const START = Date.parse(String(firstBead.created_at));
const { dependencies: _edges, ...plain } = firstBead;
type Files = Readonly<Record<string, string | null>>;
interface Side {
  readonly beads?: readonly Fields[];
  readonly files?: Files;
}

const bead = (id: string, second = 0, change: Fields = {}, by = "ada"): Fields => {
  const at = new Date(START + second * 1000).toISOString();
  const created = {
    created_at: at,
    created_by: by,
    updated_at: at,
    _clock: { created_at: [START + second * 1000, 0, by] },
  };
  return { ...plain, id, ...created, ...change };
};
const edited = (from: Fields, second: number, change: Fields) =>
  write(from, () => ({ ...from, ...change }), START + second * 1000, "bob");
const edge = (from: string, to: string, second: number, type = "blocks") => ({
  issue_id: from,
  depends_on_id: to,
  type,
  created_at: new Date(START + second * 1000).toISOString(),
});

async function put(branch: Branch, side: Side, second: number): Promise<string> {
  const files = new Map(
    Object.entries(side.files ?? {}).map(
      ([path, text]) => [path, text === null ? null : utf8(text)] as const,
    ),
  );
  return commitBeads(branch, side.beads ?? [], START + second * 1000, files);
}

/** Merges two sides that came from a base (or from nothing), in both orders, which must make the same commit. */
async function merge(base: Side | undefined, ours: Side, theirs: Side) {
  const left = await memoryBranch(() => START, nativeCodec);
  const right = left.sibling("refs/heads/other");
  if (base !== undefined) {
    const root = await put(left, base, 0);
    await right.moveTo(root, undefined, actorSignature("ada", START), "fork");
  }
  const [a, b] = [await put(left, ours, 1), await put(right, theirs, 2)];
  const { base: root } = await relate(left, a, b);
  const merged = await mergeCommits(left, a, b, root);
  const other = await mergeCommits(right, b, a, root);
  expect(merged?.added.commit).toBe(other?.added.commit ?? "");
  expect(merged?.report).toEqual(other?.report);
  const commit = merged?.added.commit ?? "";
  const text = async (path: string) => {
    const data = await left.readFile(commit, path);
    return data === undefined ? undefined : fromUtf8(data);
  };
  return {
    report: merged?.report,
    text,
    read: async (id: string): Promise<Fields | undefined> => {
      const data = await left.readFile(commit, beadPath(id));
      if (data === undefined) return undefined;
      const parsed = parseBeadFile(beadPath(id), "100644", data);
      if (parsed.kind === "problem") throw new Error(parsed.reason);
      return { ...(parsed.kind === "bead" ? parsed.bead : parsed.tombstone) };
    },
    paths: async () => (await left.diff(undefined, commit)).map(change => change.path).sort(),
  };
}

describe("files", () => {
  test("beads of both sides come together, with and without a common base", async () => {
    for (const base of [undefined, { beads: [bead("gt-1")] }]) {
      const merged = await merge(base, { beads: [bead("gt-2", 1)] }, { beads: [bead("gt-3", 2)] });
      expect(await merged.read("gt-2")).toBeDefined();
      expect(await merged.read("gt-3")).toBeDefined();
    }
  });
  test("a text that lost is in the archive, readable", async () => {
    const base = bead("gt-1");
    const merged = await merge(
      { beads: [base] },
      { beads: [edited(base, 5, { description: "older" })] },
      { beads: [edited(base, 6, { description: "newer" })] },
    );
    const [archived] = merged.report?.archived ?? [];
    expect(archived).toMatchObject({ id: "gt-1", field: "description" });
    expect(archived?.path).toStartWith("archive/0/1/gt-1/description-");
    expect(JSON.parse((await merged.text(archived?.path ?? "")) ?? "")).toMatchObject({ text: "older" });
  });
  test("a bead whose file is gone on one side is put back; a purged tombstone is not", async () => {
    const base = bead("gt-1");
    const stone = bury(bead("gt-2"), START + 1000, "ada");
    const merged = await merge(
      { beads: [base, stone] },
      { files: { [beadPath("gt-1")]: null, [beadPath("gt-2")]: null } },
      { beads: [bead("gt-3", 2)] },
    );
    expect(await merged.read("gt-1")).toBeDefined();
    expect(await merged.read("gt-2")).toBeUndefined();
    expect(merged.report?.restored).toEqual(["gt-1"]);
  });
  test("an unreadable file is carried as it is, and reported", async () => {
    const merged = await merge(
      { beads: [bead("gt-1")] },
      { files: { [beadPath("gt-1")]: "<<<<<<< ours\n" } },
      { beads: [bead("gt-2", 2)] },
    );
    expect(await merged.text(beadPath("gt-1"))).toBe("<<<<<<< ours\n");
    expect(merged.report?.unreadable).toEqual([{ path: beadPath("gt-1"), kept: beadPath("gt-1") }]);
  });
  test("a readable bead wins over an unreadable file, which goes to the archive", async () => {
    const base = bead("gt-1");
    const merged = await merge(
      { beads: [base] },
      { files: { [beadPath("gt-1")]: "{broken" } },
      { beads: [edited(base, 5, { title: "sound" })] },
    );
    expect(await merged.read("gt-1")).toMatchObject({ title: "sound" });
    const kept = merged.report?.unreadable[0]?.kept ?? "";
    expect(await merged.text(kept)).toBe("{broken");
  });
  test("of two unreadable files both are kept", async () => {
    const path = beadPath("gt-1");
    const merged = await merge(undefined, { files: { [path]: "one" } }, { files: { [path]: "two" } });
    const kept = (merged.report?.unreadable ?? []).map(each => each.kept);
    expect(new Set(await Promise.all(kept.map(merged.text)))).toEqual(new Set(["one", "two"]));
  });
  test("a file of somebody else follows its change, and its removal", async () => {
    const merged = await merge(
      { files: { "a.txt": "1", "b.txt": "1", "c.txt": "1" } },
      { files: { "a.txt": "2", "b.txt": null } },
      { files: { "c.txt": "3" } },
    );
    expect(await merged.paths()).toEqual(["a.txt", "c.txt"]);
    expect(await merged.text("c.txt")).toBe("3");
  });
  test("a file where the other side has a folder goes to the archive", async () => {
    const merged = await merge(undefined, { files: { x: "file" } }, { files: { "x/y": "inside" } });
    const paths = await merged.paths();
    expect(paths).toContain("x/y");
    const kept = paths.find(path => path.startsWith("archive/files/x-")) ?? "";
    expect(await merged.text(kept)).toBe("file");
  });
  test("settings merge key by key; two prefixes are both allowed", async () => {
    const config = (settings: Fields) => ({
      files: { "gastown.json": JSON.stringify({ format: 1, ...settings }) },
    });
    const merged = await merge(
      undefined,
      config({ prefix: "zz", types: ["x"], settings: { a: "1" } }),
      config({ prefix: "aa", types: ["y"], settings: { b: "2" } }),
    );
    expect(JSON.parse((await merged.text("gastown.json")) ?? "")).toEqual({
      format: 1,
      prefix: "aa",
      allowed_prefixes: ["zz"],
      types: ["x", "y"],
      settings: { a: "1", b: "2" },
    });
    const base = config({ prefix: "gt", types: ["x"] });
    const later = await merge(
      base,
      config({ prefix: "gt", types: ["x", "y"] }),
      config({ prefix: "gt", types: [], statuses: { s: "wip" } }),
    );
    expect(JSON.parse((await later.text("gastown.json")) ?? "")).toEqual({
      format: 1,
      prefix: "gt",
      types: ["y"],
      statuses: { s: "wip" },
    });
  });
});

describe("two beads with one id", () => {
  const elder = bead("gt-abc", 1, { title: "elder" }, "ada");
  const younger = bead("gt-abc", 2, { title: "younger" }, "bob");
  test("the elder keeps it; the younger gets a longer one, with the edges of its side", async () => {
    const ours = { beads: [elder, bead("gt-1", 3, { dependencies: [edge("gt-1", "gt-abc", 3)] })] };
    const child = bead("gt-abc.1", 4, {
      dependencies: [edge("gt-abc.1", "gt-abc", 4, "parent-child")],
      metadata: { about: "gt-abc", other: "gt-abcd" },
    });
    const theirs = {
      beads: [younger, child, bead("gt-2", 4, { dependencies: [edge("gt-2", "gt-abc", 4)] })],
    };
    const merged = await merge({ beads: [bead("gt-9")] }, ours, theirs);
    const [collision] = merged.report?.collisions ?? [];
    const to = collision?.renamed_to ?? "";
    expect(collision?.id).toBe("gt-abc");
    expect(to).toMatch(/^gt-[a-z0-9]{10}$/);
    expect(await merged.read("gt-abc")).toMatchObject({ title: "elder" });
    expect(await merged.read(to)).toMatchObject({ title: "younger", aliases: ["gt-abc"] });
    const target = async (id: string) => {
      const [first] = ((await merged.read(id))?.dependencies ?? []) as Fields[];
      return isFields(first) ? first.depends_on_id : undefined;
    };
    expect(await target("gt-1")).toBe("gt-abc");
    expect(await target("gt-2")).toBe(to);
    expect(await target("gt-abc.1")).toBe(to);
    expect((await merged.read("gt-abc.1"))?.metadata).toEqual({ about: to, other: "gt-abcd" });
  });
  test("a child id collides in the same way, and the loser stays a child by its edge", async () => {
    const kid = (by: string, second: number) =>
      bead(
        "gt-1.1",
        second,
        { title: by, dependencies: [edge("gt-1.1", "gt-1", second, "parent-child")] },
        by,
      );
    const merged = await merge(
      { beads: [bead("gt-1")] },
      { beads: [kid("ada", 1)] },
      { beads: [kid("bob", 2)] },
    );
    const to = merged.report?.collisions[0]?.renamed_to ?? "";
    expect(await merged.read(to)).toMatchObject({
      title: "bob",
      dependencies: [{ issue_id: to, depends_on_id: "gt-1", type: "parent-child" }],
    });
  });
  test("the same bead imported on both sides is one bead", async () => {
    const imported = (ms: number) => ({ ...elder, _clock: { created_at: [ms, 0, "import"] } });
    const merged = await merge(undefined, { beads: [imported(5)] }, { beads: [imported(6)] });
    expect(merged.report?.collisions).toEqual([]);
  });
});

describe("cycles that neither side had", () => {
  test("stay, but the youngest edge no longer blocks", async () => {
    const [a, b, c] = [bead("gt-1"), bead("gt-2"), bead("gt-3")];
    const merged = await merge(
      { beads: [a, b, c] },
      {
        beads: [
          edited(a, 5, { dependencies: [edge("gt-1", "gt-2", 5)] }),
          edited(b, 6, { dependencies: [edge("gt-2", "gt-3", 6)] }),
        ],
      },
      { beads: [edited(c, 7, { dependencies: [edge("gt-3", "gt-1", 7)] })] },
    );
    expect(merged.report?.unblocked).toEqual([{ id: "gt-3", depends_on_id: "gt-1" }]);
    expect((await merged.read("gt-3"))?.dependencies).toMatchObject([
      { depends_on_id: "gt-1", type: "related" },
    ]);
    expect((await merged.read("gt-1"))?.dependencies).toMatchObject([{ type: "blocks" }]);
  });
  test("an edge to the own parent goes", async () => {
    const [a, b] = [bead("gt-1"), bead("gt-2")];
    const merged = await merge(
      { beads: [a, b] },
      { beads: [edited(a, 5, { dependencies: [edge("gt-1", "gt-2", 5)] })] },
      { beads: [edited(a, 6, { dependencies: [edge("gt-1", "gt-2", 6, "parent-child")] })] },
    );
    expect((await merged.read("gt-1"))?.dependencies).toMatchObject([{ type: "parent-child" }]);
    expect(merged.report?.unblocked).toEqual([{ id: "gt-1", depends_on_id: "gt-2" }]);
  });
  test("a cycle that was there before is left alone", async () => {
    const a = bead("gt-1", 0, { dependencies: [edge("gt-1", "gt-2", 1)] });
    const b = bead("gt-2", 0, { dependencies: [edge("gt-2", "gt-1", 1)] });
    const merged = await merge(
      { beads: [a, b] },
      { beads: [edited(a, 5, { title: "x" })] },
      { beads: [edited(b, 6, { title: "y" })] },
    );
    expect(merged.report?.unblocked).toEqual([]);
  });
});
