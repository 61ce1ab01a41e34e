/** Which parts of the engine a plan uses: how its rigs merge, review and watch, what its work follows, what it may cost. */
import type { Dice } from "./dice.ts";
import { FORMULAS } from "./formulas.ts";
import type { PlannedBead, PlannedBudget, ReviewWord, SimPlan } from "./plan.ts";

const REVIEWS: Readonly<Record<ReviewWord, number>> = {
  approve: 3,
  changes: 3,
  escalate: 1,
  mute: 2,
  crash: 1,
  die: 1,
  stays: 0.5,
  late: 0.5,
};

/** What a plan draws for its rigs and beads, one after the other. */
export interface Features {
  readonly settings: () => Readonly<Record<string, unknown>>;
  readonly bead: () => Pick<PlannedBead, "reviews" | "formula">;
  readonly budgets: readonly PlannedBudget[];
  readonly convoyMode: SimPlan["convoyMode"];
}

/** A third of the towns have nothing of it: the plain way has to be walked, too. */
export function featuresOf(dice: Dice): Features {
  const plain = dice.chance(0.3);
  const some = (p: number) => !plain && dice.chance(p);
  const reviews = some(0.35);
  const formulas = some(0.4);
  return {
    settings: () => ({
      merge_strategy: plain ? "direct" : dice.weighted({ direct: 4, pr: 3, local: 1 }),
      forge_repo: "o/r",
      auto_merge: !some(0.2),
      auto_merge_delay_minutes: some(0.5) ? dice.pick([1, 10, 30]) : 0,
      batch_size: some(0.5) ? dice.pick([1, 2, 10]) : 5,
      flaky_retries: some(0.5) ? 0 : 1,
      on_conflict: some(0.4) ? "rework" : "attempt",
      max_reworks: some(0.4) ? dice.int(0, 2) : 3,
      ...(reviews && dice.chance(0.8) ? { reviewer: { kind: "pty", command: ["judge"] } } : {}),
      ...(formulas && dice.chance(0.3) ? { formula: formula(dice) } : {}),
    }),
    bead: () => ({
      reviews: reviews ? Array.from({ length: dice.pick([0, 1, 2, 4]) }, () => dice.weighted(REVIEWS)) : [],
      ...(formulas && dice.chance(0.5) ? { formula: formula(dice) } : {}),
    }),
    budgets: some(0.35) ? Array.from({ length: dice.int(1, 2) }, () => budget(dice)) : [],
    convoyMode: some(0.3) ? "review-then-land" : "review-and-merge",
  };
}

function formula(dice: Dice): string {
  const [first = "plain", ...others] = Object.keys(FORMULAS);
  return dice.pick([first, ...others]);
}

function budget(dice: Dice): PlannedBudget {
  const of = dice.pick(["town", "rig", "bead", "convoy"] as const);
  const limit = dice.pick([
    { tokens: 200 },
    { tokens: 450 },
    { usd: 0.015 },
    { usd: 0.05 },
    { wall_s: 150 },
    { attempts: 1 },
    { attempts: 4 },
  ]);
  const daily = (of === "town" || of === "rig") && dice.chance(0.5);
  return { of, patch: daily ? { day: limit } : { total: limit } };
}
