/** The algebra of the merge: on any beads whatever, and on histories as real writers make them. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { canonicalJson } from "../branch/canonical-json.ts";
import { type Fields, isFields } from "./json.ts";
import { mergeBeads } from "./merge-beads.ts";
import { RULES } from "./rules.ts";
import { anyBead } from "./testing/any-bead.ts";
import { history } from "./testing/history.ts";

const RUNS = Number(process.env.GASTOWN_PROPERTY_RUNS ?? 300);

const bytes = (bead: Fields) => canonicalJson(bead);
const join = (a: Fields, b: Fields) => mergeBeads(a, b).bead;

function laws(beads: fc.Arbitrary<readonly [Fields, Fields, Fields]>): void {
  test("merging is commutative", () => {
    fc.assert(
      fc.property(beads, ([a, b]) => expect(bytes(join(a, b))).toBe(bytes(join(b, a)))),
      { numRuns: RUNS },
    );
  });
  test("merging is associative", () => {
    fc.assert(
      fc.property(beads, ([a, b, c]) => expect(bytes(join(join(a, b), c))).toBe(bytes(join(a, join(b, c))))),
      { numRuns: RUNS },
    );
  });
  test("merging is idempotent, and what was merged in already changes nothing", () => {
    fc.assert(
      fc.property(beads, ([a, b]) => {
        expect(bytes(join(a, a))).toBe(bytes(a));
        const merged = join(a, b);
        expect(bytes(join(merged, b))).toBe(bytes(merged));
        expect(bytes(join(merged, a))).toBe(bytes(merged));
      }),
      { numRuns: RUNS },
    );
  });
}

/** A sample that is the same at every run. */
const SAMPLE = { seed: 7, numRuns: 600 };

describe("the generators", () => {
  const named = RULES.flatMap(rule => rule.fields);

  test("make every field and every clock key of the table of rules", () => {
    const beads = fc.sample(anyBead, SAMPLE);
    const fields = new Set(beads.flatMap(Object.keys));
    const roots = new Set(
      beads
        .flatMap(bead => (isFields(bead._clock) ? Object.keys(bead._clock) : []))
        .map(key => key.split("/")[0]),
    );
    expect(named.filter(field => !fields.has(field))).toEqual([]);
    expect(RULES.flatMap(rule => rule.clockRoots).filter(root => !roots.has(root))).toEqual([]);
  });

  test("write every field of the table, fields of other tools, and tombstones", () => {
    const runs = fc.sample(history, SAMPLE);
    const versions = runs.flatMap(run => run.versions);
    const written = new Set(versions.flatMap(Object.keys));
    expect(named.filter(field => !written.has(field))).toEqual([]);
    expect(versions.some(version => version.status === "tombstone")).toBe(true);
    expect(versions.some(version => version.other_tool !== undefined)).toBe(true);
  });
});

describe("any two files with the id of one bead", () => laws(fc.tuple(anyBead, anyBead, anyBead)));

describe("random histories of three replicas", () => laws(history.map(run => run.versions)));

describe("random histories", () => {
  test("a common base changes nothing where every change is stamped", () => {
    fc.assert(
      fc.property(history, ({ versions: [a, b], base }) => {
        if (base.status === "tombstone" || a.status === "tombstone" || b.status === "tombstone") return;
        expect(bytes(mergeBeads(a, b, base).bead)).toBe(bytes(join(a, b)));
      }),
      { numRuns: RUNS },
    );
  });
  test("a version that came from another one replaces it", () => {
    fc.assert(
      fc.property(history, ({ versions, base }) => {
        for (const version of versions) {
          if (base.status === "tombstone" || version.status === "tombstone") continue;
          expect(bytes(join(version, base))).toBe(bytes(version));
        }
      }),
      { numRuns: RUNS },
    );
  });
});
