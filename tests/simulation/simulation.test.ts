/** CI's share of the simulated towns: all invariants hold, and a seed replays. The full run is `npm run sim`. */
import { describe, expect, test } from "bun:test";
import { makePlan } from "./make-plan.ts";
import { planWithout } from "./shrink.ts";
import { type Outcome, Simulation } from "./simulation.ts";

/** Seeds of a share, and shares: small enough that each ends well within the time of a test. */
const SHARES = Array.from({ length: 10 }, (_, share) => share);
const SEEDS_OF_SHARE = 8;

function run(seed: number): Promise<Outcome> {
  return new Simulation(makePlan(seed)).run();
}

describe("every invariant holds in every town", () => {
  test.each(SHARES)(
    "share %d",
    async share => {
      for (let i = 0; i < SEEDS_OF_SHARE; i++) {
        const { seed, violations, lines } = await run(1 + share * SEEDS_OF_SHARE + i);
        if (violations.length > 0) {
          throw new Error(
            `seed ${seed}: ${violations.join("; ")}\n${lines.join("\n")}\nagain: npm run sim -- --seed ${seed} --trace`,
          );
        }
      }
    },
    120_000,
  );
});

describe("a seed", () => {
  test("makes the same plan and the same trace each time, and another one others", async () => {
    const [first, again, other] = [await run(23), await run(23), await run(24)];
    expect(makePlan(23)).toEqual(makePlan(23));
    expect(first.hash).toBe(again.hash);
    expect(first.steps).toBe(again.steps);
    expect(other.hash).not.toBe(first.hash);
  }, 60_000);

  test("is told step by step, up to the step that is asked for", async () => {
    const lines: string[] = [];
    const { steps } = await new Simulation(makePlan(5), {
      tell: line => lines.push(line),
      untilStep: 40,
    }).run();
    expect(steps).toBe(40);
    const first = lines.filter(line => line.startsWith("#"));
    expect(first).toHaveLength(40);
    expect(lines.some(line => /sa: sa-\w+ - -> open/.test(line))).toBe(true);
    expect(lines.some(line => line.includes("begins: work"))).toBe(true);
  }, 60_000);

  test("lives through what its plan has: crashes, lost messages, and work that is merged all the same", async () => {
    const outcomes: Outcome[] = [];
    for (let seed = 1; seed <= 8; seed++) outcomes.push(await run(seed));
    const sum = (key: "crashes" | "merged" | "commits") =>
      outcomes.reduce((total, outcome) => total + outcome[key], 0);
    expect(sum("crashes")).toBeGreaterThan(8);
    expect(sum("merged")).toBeGreaterThan(8);
    expect(sum("commits")).toBeGreaterThan(200);
  }, 60_000);

  test("can be run without some of its events", () => {
    const plan = makePlan(78);
    const fewer = planWithout(78, [0, 2]);
    expect(plan.events.length).toBeGreaterThan(3);
    expect(fewer.events).toEqual(plan.events.filter((_, index) => index !== 0 && index !== 2));
  });
});
