/** CI's share of the simulated towns: all invariants hold, and a seed replays. The full run is `npm run sim`. */
import { describe, expect, test } from "bun:test";
import { availableParallelism } from "node:os";
import { makePlan, type PlanSize } from "./make-plan.ts";
import { runMany } from "./many.ts";
import { planWithout } from "./shrink.ts";
import { type Outcome, Simulation } from "./simulation.ts";

/** A thousand small towns, the same each time; each share is a few processes for themselves. */
const SMALL = { seeds: 1_000, shares: 10 };
/** Large towns that are the same each time, and some that nobody has seen yet: their seeds are printed. */
const FULL = { seeds: 40, fresh: 5 };
const SHARE_MS = 300_000;

/** Towns that broke, and what of the engine or of the simulator it was. */
const REGRESSIONS: readonly (readonly [seed: number, size: PlanSize, what: string])[] = [
  [2, "full", "a merge request waits for a rework that somebody has unslung, and nobody is told"],
  [6, "full", "the bead of a merge request that waits for a person is said to be the refinery's"],
  [33, "full", "the disk is full when a merge request is proposed: its pull request is opened all the same"],
  [249, "full", "a person merges a pull request at a newer commit"],
  [265, "full", "the clock is set back while an agent is to be stopped"],
  [270, "full", "the next run of an attempt waits for the end of one before, whose last words nobody hears"],
  [398, "full", "a person closes work while a rework of it waits: the rework is closed with it"],
  [321, "small", "beads of a convoy are begun together, more than its budget has attempts left"],
  [
    324,
    "small",
    "the record of an agent missed a merge while the disk was full, and is put right at the next start",
  ],
  [982, "small", "a reviewer that was reset gives its verdict with the token of the run before"],
  [1_007, "small", "an agent is reset, and its old run ends long after the next attempt was given out"],
];

function run(seed: number): Promise<Outcome> {
  return new Simulation(makePlan(seed)).run();
}

/** Runs the seeds in processes of their own. @throws {Error} with the last lines of the first town that breaks */
async function allHold(size: PlanSize, from: number, seeds: number): Promise<void> {
  let heard = 0;
  const broken: Outcome[] = [];
  await runMany({
    from,
    seeds,
    jobs: availableParallelism(),
    size,
    heard: outcome => {
      heard += 1;
      if (outcome.violations.length > 0) broken.push(outcome);
    },
  });
  const [first] = broken;
  if (first !== undefined) {
    const again = `npm run sim -- ${size === "small" ? "--small " : ""}--seed ${first.seed} --trace`;
    throw new Error(
      `${broken.length} of ${seeds} towns break. Seed ${first.seed}: ${first.violations.join("; ")}\n${first.lines.join("\n")}\nagain: ${again}`,
    );
  }
  expect(heard).toBe(seeds);
}

describe("every invariant holds in every town", () => {
  const { seeds, shares } = SMALL;
  test.each(Array.from({ length: shares }, (_, share) => 1 + (share * seeds) / shares))(
    "a hundred small towns from seed %d",
    async from => allHold("small", from, seeds / shares),
    SHARE_MS,
  );

  test("large towns", async () => allHold("full", 1, FULL.seeds), SHARE_MS);

  test(
    "large towns that nobody has seen yet",
    async () => {
      const from = 100_000 + (Math.floor(Date.now() / 1_000) % 1_000_000_000);
      console.info(`fresh towns: npm run sim -- --from ${from} --seeds ${FULL.fresh}`);
      await allHold("full", from, FULL.fresh);
    },
    SHARE_MS,
  );

  test.each(REGRESSIONS)(
    "seed %d of size %s, which broke once: %s",
    async (seed, size) => {
      const { violations } = await new Simulation(makePlan(seed, size)).run();
      expect(violations).toEqual([]);
    },
    60_000,
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
