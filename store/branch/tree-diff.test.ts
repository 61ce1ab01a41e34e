/** What differs between two trees, and no more of it than is wanted. */
import { expect, test } from "bun:test";
import { serializeTree, TREE_MODE } from "./objects.ts";
import { diffTrees } from "./tree-diff.ts";

const oidOf = (number: number) => number.toString(16).padStart(40, "0");

/** Ten folders of ten files each. */
function trees() {
  const all = new Map<string, Uint8Array>();
  const folders = Array.from({ length: 10 }, (_, folder) => {
    const files = Array.from({ length: 10 }, (__, file) => ({
      mode: "100644",
      name: `f${file}`,
      oid: oidOf(1_000 + folder * 10 + file),
    }));
    all.set(oidOf(folder + 1), serializeTree(files));
    return { mode: TREE_MODE, name: `d${folder}`, oid: oidOf(folder + 1) };
  });
  all.set(oidOf(99), serializeTree(folders));
  let reads = 0;
  return {
    read: async (oid: string) => {
      reads++;
      return all.get(oid) ?? new Uint8Array();
    },
    reads: () => reads,
  };
}

test("all that differs", async () => {
  const { read } = trees();
  const changes = await diffTrees(read, undefined, oidOf(99));
  expect(changes.length).toBe(100);
  expect(changes.find(change => change.path === "d3/f4")?.after).toEqual({
    mode: "100644",
    oid: oidOf(1_034),
  });
  expect(await diffTrees(read, oidOf(99), oidOf(99))).toEqual([]);
});

test("with enough, the other folders are not read", async () => {
  const { read, reads } = trees();
  const changes = await diffTrees(read, undefined, oidOf(99), "", 15);
  expect(changes.length).toBeGreaterThan(15);
  expect(changes.length).toBeLessThan(30);
  expect(reads()).toBe(3);
  expect((await diffTrees(read, undefined, oidOf(99), "", 100)).length).toBe(100);
});
