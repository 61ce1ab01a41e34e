/** Each row of the table of rules, in words. */
import { describe, expect, test } from "bun:test";
import { type Fields, isFields } from "./json.ts";
import { mergeBeads } from "./merge-beads.ts";
import { bury, type Edit, firstBead, write } from "./testing/history.ts";

const START = Date.parse(String(firstBead.created_at));
const set =
  (fields: Fields): Edit =>
  bead => ({ ...bead, ...fields });
const at = (second: number) => START + second * 1000;
const close: Edit = (bead, now) => ({
  ...bead,
  status: "closed",
  closed_at: new Date(now).toISOString(),
  close_reason: "done",
});
const reopen: Edit = bead => ({ ...bead, status: "open", closed_at: undefined, close_reason: undefined });

/** The base, changed on two machines at the given seconds. */
function sides(a: readonly [number, Edit], b: readonly [number, Edit], base: Fields = firstBead) {
  return { a: write(base, a[1], at(a[0]), "ada"), b: write(base, b[1], at(b[0]), "bob"), base };
}

/** The merged bead, which must not depend on the order, nor (with stamps) on the base. */
function merge({ a, b, base }: { a: Fields; b: Fields; base: Fields }): Fields {
  const merged = mergeBeads(a, b, base).bead;
  expect(mergeBeads(b, a, base).bead).toEqual(merged);
  expect(mergeBeads(a, b).bead).toEqual(merged);
  return merged;
}

/** As a writer leaves it that knows no stamps: the clock as it was, or none. */
const unstamped = (change: Fields, second: number, base: Fields = firstBead): Fields => ({
  ...base,
  ...change,
  updated_at: new Date(at(second)).toISOString(),
});

describe("fields of their own", () => {
  test("changes of different fields are both kept", () => {
    const merged = merge(sides([5, set({ title: "ours" })], [6, set({ priority: 0 })]));
    expect(merged).toMatchObject({ title: "ours", priority: 0 });
  });
  test("of two changes of one field the later wins, also to the value 0", () => {
    expect(merge(sides([9, set({ priority: 0 })], [6, set({ priority: 4 })]))).toMatchObject({ priority: 0 });
  });
  test("an unset flag wins over an older set one", () => {
    const base = { ...firstBead, pinned: true };
    const merged = merge(sides([5, set({ title: "t" })], [6, set({ pinned: false })], base));
    expect(merged.pinned).toBeUndefined();
  });
  test("a due date can be pulled in", () => {
    const base = { ...firstBead, due_at: "2026-03-01T00:00:00.000Z" };
    const merged = merge(
      sides([5, set({ title: "t" })], [6, set({ due_at: "2026-02-01T00:00:00.000Z" })], base),
    );
    expect(merged.due_at).toBe("2026-02-01T00:00:00.000Z");
  });
  test("fields that we do not know survive and merge by stamp", () => {
    const merged = merge(sides([5, set({ x_tool: { a: 1 } })], [6, set({ y_tool: [0] })]));
    expect(merged).toMatchObject({ x_tool: { a: 1 }, y_tool: [0] });
  });
  test("updated_at is the later of both", () => {
    const merged = merge(sides([5, set({ title: "a" })], [6, set({ title: "b" })]));
    expect(merged.updated_at).toBe(new Date(at(6)).toISOString());
  });
  test("the higher compaction wins as a group", () => {
    const merged = merge(
      sides(
        [5, set({ compaction_level: 2, original_size: 10 })],
        [6, set({ compaction_level: 1, original_size: 20, compacted_at: new Date(at(6)).toISOString() })],
      ),
    );
    expect(merged).toMatchObject({ compaction_level: 2, original_size: 10 });
    expect(merged.compacted_at).toBeUndefined();
  });
});

describe("long texts", () => {
  test("the later wins and the loser is reported", () => {
    const { a, b, base } = sides([5, set({ description: "older" })], [6, set({ description: "newer" })]);
    const result = mergeBeads(a, b, base);
    expect(result.bead.description).toBe("newer");
    expect(result.losses).toMatchObject([{ kind: "text", field: "description", text: "older" }]);
  });
  test("a text that the base has is no loss", () => {
    const { a, b, base } = sides([5, set({ title: "t" })], [6, set({ description: "newer" })]);
    expect(mergeBeads(a, b, base).losses).toEqual([]);
  });
  test("appended notes of both sides are kept in the order of writing, once", () => {
    const one = sides(
      [7, set({ notes: "first notes\nfrom ada" })],
      [6, set({ notes: "first notes\nfrom bob" })],
    );
    const merged = merge(one);
    expect(merged.notes).toBe("first notes\nfrom bob\nfrom ada");
    expect(merge({ ...one, a: merged }).notes).toBe(merged.notes);
    const more = write(merged, set({ notes: `${String(merged.notes)}\nmore` }), at(8), "ada");
    const other = write(one.a, set({ notes: "first notes\nfrom ada\nagain" }), at(9), "ada");
    expect(mergeBeads(more, other).bead.notes).toBe("first notes\nfrom bob\nfrom ada\nmore\nagain");
  });
  test("first notes of both sides get a line each", () => {
    const { notes: _, ...base } = firstBead;
    expect(merge(sides([5, set({ notes: "a" })], [6, set({ notes: "b" })], base)).notes).toBe("a\nb");
  });
  test("appends without stamps are found with the base", () => {
    const a = unstamped({ notes: "first notes\nada" }, 5);
    const b = unstamped({ notes: "first notes\nbob" }, 6);
    expect(mergeBeads(a, b, firstBead).bead.notes).toBe("first notes\nada\nbob");
  });
  test("a rewrite wins over an older append, which is reported", () => {
    const { a, b, base } = sides([5, set({ notes: "first notes\nmore" })], [6, set({ notes: "anew" })]);
    const result = mergeBeads(a, b, base);
    expect(result.bead.notes).toBe("anew");
    expect(result.losses).toMatchObject([{ kind: "text", field: "notes", text: "first notes\nmore" }]);
  });
});

describe("status", () => {
  test("closing beats a later concurrent change that is no reopening", () => {
    const merged = merge(sides([5, close], [6, set({ status: "in_progress" })]));
    expect(merged).toMatchObject({ status: "closed", close_reason: "done" });
    expect(merged.closed_at).toBe(new Date(at(5)).toISOString());
  });
  test("a reopening beats the closing that it saw, and leaves nothing of it", () => {
    const closed = write(firstBead, close, at(5), "ada");
    const opened = write(closed, reopen, at(6), "bob");
    const merged = merge({ a: closed, b: opened, base: firstBead });
    expect(merged.status).toBe("open");
    expect(merged.closed_at).toBeUndefined();
    expect(merged.close_reason).toBeUndefined();
  });
  test("closed again after a reopening stays closed", () => {
    const closed = write(firstBead, close, at(5), "ada");
    const opened = write(closed, reopen, at(6), "bob");
    const again = write(opened, close, at(7), "ada");
    const started = write(opened, set({ status: "in_progress" }), at(8), "bob");
    expect(merge({ a: again, b: started, base: opened }).status).toBe("closed");
  });
  test("two other changes: the later wins as a group", () => {
    const merged = merge(
      sides(
        [5, set({ status: "in_progress", started_at: new Date(at(5)).toISOString() })],
        [6, set({ status: "deferred", defer_until: "2026-05-01T00:00:00.000Z" })],
      ),
    );
    expect(merged).toMatchObject({ status: "deferred", defer_until: "2026-05-01T00:00:00.000Z" });
    expect(merged.started_at).toBeUndefined();
  });
});

describe("claims", () => {
  const take = (who: string): Edit => set({ assignee: who, status: "in_progress" });
  test("the earlier of two concurrent claims wins, and the loser is told", () => {
    const one = sides([5, take("ada")], [6, take("bob")]);
    expect(merge(one).assignee).toBe("ada");
    expect(mergeBeads(one.a, one.b, one.base).losses).toEqual([
      { kind: "claim", loser: "bob", winner: "ada" },
    ]);
  });
  test("a hand-over wins over the claim that it saw and over older ones", () => {
    const taken = write(firstBead, take("ada"), at(5), "ada");
    const given = write(taken, take("carl"), at(7), "ada");
    const other = write(firstBead, take("bob"), at(6), "bob");
    expect(merge({ a: given, b: other, base: firstBead }).assignee).toBe("carl");
  });
  test("after a release the bead can be claimed again", () => {
    const taken = write(firstBead, take("ada"), at(5), "ada");
    const free = write(taken, set({ assignee: undefined, status: "open" }), at(6), "ada");
    const again = write(free, take("bob"), at(7), "bob");
    expect(merge({ a: taken, b: again, base: taken }).assignee).toBe("bob");
    expect(merge({ a: free, b: again, base: free }).assignee).toBe("bob");
  });
});

describe("sets", () => {
  const labels = (...names: string[]): Edit => set({ labels: names });
  test("additions of both sides are kept, and a removal holds", () => {
    const merged = merge(sides([5, labels("x", "ours")], [6, labels("theirs")]));
    expect(merged.labels).toEqual(["ours", "theirs"]);
  });
  test("a label that was added elsewhere meanwhile is not removed", () => {
    const { labels: _, ...base } = firstBead;
    const added = write(base, labels("new"), at(5), "ada");
    const removed = write(added, labels(), at(9), "bob");
    const elsewhere = write(base, labels("new"), at(6), "carl");
    expect(merge({ a: removed, b: elsewhere, base }).labels).toEqual(["new"]);
    expect(mergeBeads(removed, added).bead.labels).toBeUndefined();
  });
  test("without stamps the base tells removals", () => {
    const a = unstamped({ labels: ["y"] }, 5);
    const b = unstamped({ labels: ["x", "z"] }, 6);
    expect(mergeBeads(a, b, firstBead).bead.labels).toEqual(["y", "z"]);
  });
  test("edges are keyed by target; a changed one is not removed", () => {
    const edge = (to: string, type: string, second: number) => ({
      issue_id: "gt-1",
      depends_on_id: to,
      type,
      created_at: new Date(at(second)).toISOString(),
    });
    const merged = merge(
      sides(
        [5, set({ dependencies: [edge("gt-3", "blocks", 5)] })],
        [6, set({ dependencies: [edge("gt-2", "related", 6)] })],
      ),
    );
    expect(merged.dependencies).toEqual([edge("gt-3", "blocks", 5), edge("gt-2", "related", 6)]);
  });
  test("bd L2081: an edge that was taken away stays away when the other side changes something else", () => {
    const [known] = [
      { issue_id: "gt-1", depends_on_id: "gt-9", type: "blocks", created_at: firstBead.created_at },
    ];
    const base = { ...firstBead, dependencies: [known] };
    const cut = set({ dependencies: undefined });
    for (const [removed, edited] of [
      [5, 6],
      [6, 5],
    ] as const) {
      const merged = merge(sides([removed, cut], [edited, set({ title: "later" })], base));
      expect(merged.dependencies).toBeUndefined();
      expect(merged.title).toBe("later");
    }
  });
  test("a bead has one parent, the one given last", () => {
    const under = (parent: string) =>
      set({
        dependencies: [
          { issue_id: "gt-1", depends_on_id: parent, type: "parent-child", created_at: firstBead.created_at },
        ],
      });
    const merged = merge(sides([5, under("gt-8")], [6, under("gt-7")]));
    const parents = Array.isArray(merged.dependencies) ? merged.dependencies.filter(isFields) : [];
    expect(parents.map(edge => edge.depends_on_id)).toEqual(["gt-7"]);
  });
  test("comments of both sides are kept, those with counted ids too", () => {
    const say = (id: unknown, author: string, second: number): Edit =>
      set({
        comments: [
          { id, issue_id: "gt-1", author, text: author, created_at: new Date(at(second)).toISOString() },
        ],
      });
    const merged = merge(sides([5, say("1", "ada", 5)], [6, say("1", "bob", 6)]));
    expect(merged.comments).toMatchObject([{ author: "ada" }, { author: "bob" }]);
  });
  test("metadata merges key by key, removals too", () => {
    const base = { ...firstBead, metadata: { keep: 1, gone: 1, both: 1 } };
    const merged = merge(
      sides(
        [5, set({ metadata: { keep: 1, both: 2 } })],
        [6, set({ metadata: { keep: 1, gone: 1, both: 3 } })],
        base,
      ),
    );
    expect(merged.metadata).toEqual({ keep: 1, both: 3 });
  });
});

describe("deletion", () => {
  test("holds against what was known and against older changes, whose content stays in the tombstone", () => {
    const edited = write(firstBead, set({ title: "edited" }), at(5), "bob");
    const gone = bury(firstBead, at(6), "ada");
    const result = mergeBeads(edited, gone, firstBead);
    expect(result.deletion).toBe("buried");
    expect(result.bead).toMatchObject({ status: "tombstone", title: "edited", original_status: "open" });
  });
  test("gives way to a later change, and no trace of it stays", () => {
    const edited = write(firstBead, set({ title: "edited" }), at(7), "bob");
    const result = mergeBeads(edited, bury(firstBead, at(6), "ada"), firstBead);
    expect(result.deletion).toBe("revived");
    expect(result.bead).toEqual(edited);
  });
  test("a later change brings all earlier ones back with it", () => {
    const early = write(firstBead, set({ title: "early" }), at(5), "bob");
    const late = write(firstBead, set({ priority: 0 }), at(9), "carl");
    const dead = mergeBeads(early, bury(firstBead, at(6), "ada")).bead;
    expect(mergeBeads(dead, late).bead).toMatchObject({ title: "early", priority: 0, status: "open" });
  });
});

describe("writers without stamps", () => {
  test("the base tells what they changed", () => {
    const a = unstamped({ title: "by hand" }, 5);
    const b = write(firstBead, set({ priority: 0 }), at(9), "bob");
    expect(mergeBeads(a, b, firstBead).bead).toMatchObject({ title: "by hand", priority: 0 });
  });
  test("without a base the later bead wins what both have", () => {
    const { _clock: _, ...bare } = firstBead;
    const a = unstamped({ title: "older", labels: ["a"] }, 5, bare);
    const b = unstamped({ title: "newer", labels: ["b"] }, 6, bare);
    expect(mergeBeads(a, b).bead).toMatchObject({ title: "newer", labels: ["a", "b"] });
  });
  test("a reverted file is a change, not an old version", () => {
    const base = write(firstBead, set({ title: "second" }), at(5), "ada");
    const reverted = unstamped({}, 6, firstBead);
    const other = write(base, set({ priority: 0 }), at(7), "bob");
    expect(mergeBeads(reverted, other, base).bead).toMatchObject({ title: "first", priority: 0 });
  });
});
