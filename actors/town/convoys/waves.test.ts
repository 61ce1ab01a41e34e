/** Waves of a convoy, over random plans (the properties of cli 6.1). */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { AppError } from "../../../store/schema/errors.ts";
import { type Waiting, waves } from "./waves.ts";

const name = (i: number) => `b-${i}`;

/** Plans without a ring: each waits only for some of those before it, in a shuffled order, and for things elsewhere. */
const plans = fc
  .array(fc.array(fc.nat({ max: 1_000 }), { maxLength: 5 }), { minLength: 1, maxLength: 30 })
  .chain(needs => {
    const nodes: Waiting[] = needs.map((some, i) => ({
      id: name(i),
      needs: i === 0 ? ["elsewhere-1"] : [...new Set(some.map(n => name(n % i)))],
    }));
    return fc.shuffledSubarray(nodes, { minLength: nodes.length });
  });

function ringOf(nodes: readonly Waiting[]): unknown {
  try {
    waves(nodes);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe("dependency_cycle");
    return error.data?.cycle;
  }
}

describe("cli 6.1: waves", () => {
  test("each bead is in exactly one, after all that it waits for, and in the earliest that is possible", () => {
    fc.assert(
      fc.property(plans, nodes => {
        const found = waves(nodes);
        expect([...found.keys()].sort()).toEqual(nodes.map(({ id }) => id).sort());
        for (const { id, needs } of nodes) {
          const before = needs.flatMap(need => found.get(need) ?? []);
          expect(found.get(id)).toBe(1 + Math.max(0, ...before));
        }
      }),
    );
  });

  test("the order in which beads are given changes nothing", () => {
    fc.assert(
      fc.property(plans, nodes => {
        const [there, back] = [waves(nodes), waves([...nodes].reverse())];
        expect([...back].sort()).toEqual([...there].sort());
      }),
    );
  });

  test("a ring is always found, and the one that is named is one", () => {
    fc.assert(
      fc.property(plans, fc.nat(), fc.integer({ min: 1, max: 5 }), (nodes, at, length) => {
        const ring = Array.from({ length }, (_, i) => `r-${i}`);
        const looped = ring.map((id, i) => ({
          id,
          needs: [ring[(i + 1) % length] ?? id, name(at % nodes.length)],
        }));
        const all = [...nodes, ...looped];
        const found = ringOf(all);
        if (!Array.isArray(found)) throw new Error("no ring was found");
        expect(found.at(0)).toBe(found.at(-1));
        const needs = new Map(all.map(node => [node.id, node.needs]));
        for (const [i, id] of found.slice(0, -1).entries()) expect(needs.get(id)).toContain(found[i + 1]);
      }),
    );
  });
});
