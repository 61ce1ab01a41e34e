import { expect, test } from "bun:test";
import fc from "fast-check";
import { utf8 } from "./bytes.ts";
import { applyDelta } from "./delta.ts";
import { makeDelta } from "./delta-build.ts";
import { serializeTree } from "./objects.ts";

const text = fc
  .array(fc.constantFrom("{", "}", '  "a": 1,', "x".repeat(300), "long ".repeat(40_000), "", "é"), {
    maxLength: 12,
  })
  .map(lines => utf8(lines.join("\n")));
const tree = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,6}$/), fc.integer({ min: 0, max: 15 })), {
    maxLength: 40,
    selector: ([name]) => name,
  })
  .map(entries =>
    serializeTree(
      entries.map(([name, digit]) => ({ mode: "100644", name, oid: digit.toString(16).repeat(40) })),
    ),
  );

test("a delta makes its target again", () => {
  for (const [type, side] of [
    ["blob", text],
    ["tree", tree],
    ["tree", fc.uint8Array()],
    ["blob", fc.uint8Array()],
  ] as const) {
    fc.assert(
      fc.property(side, side, (base, target) => {
        expect(applyDelta(base, makeDelta(type, base, target))).toEqual(target);
      }),
      { numRuns: 60 },
    );
  }
});

test("a folder with one new file is told in few bytes", () => {
  const entries = Array.from({ length: 36 }, (_, i) => ({
    mode: "100644",
    name: `gt-${i.toString(36)}.json`,
    oid: i.toString(16).padStart(40, "0"),
  }));
  const before = serializeTree(entries);
  const after = serializeTree(
    entries.map((entry, i) => (i === 9 ? { ...entry, oid: "f".repeat(40) } : entry)),
  );
  expect(makeDelta("tree", before, after).length).toBeLessThan(40);
});
