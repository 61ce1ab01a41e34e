/** Makes a failing plan small: takes out what befalls the town, piece by piece, while it still fails. */
import { makePlan, type PlanSize } from "./make-plan.ts";
import type { SimPlan } from "./plan.ts";
import { type Outcome, type SimOptions, Simulation } from "./simulation.ts";

/** Simulations that shrinking may run. */
const MAX_RUNS = 200;

export interface Shrunk {
  /** Indices of the events that the failure does not need. */
  readonly without: readonly number[];
  readonly outcome: Outcome;
}

/** The plan of a seed without some of its events. */
export function planWithout(seed: number, without: readonly number[], size?: PlanSize): SimPlan {
  const plan = makePlan(seed, size);
  return { ...plan, events: plan.events.filter((_, index) => !without.includes(index)) };
}

/** The fewest events found with which the seed still fails: halves of what is left are tried first, then smaller parts. */
export async function shrink(
  seed: number,
  failing: Outcome,
  of: PlanSize = "full",
  options: SimOptions = {},
): Promise<Shrunk> {
  let left = makePlan(seed, of).events.map((_, index) => index);
  let best: Shrunk = { without: [], outcome: failing };
  let runs = 0;
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < left.length && runs < MAX_RUNS; ) {
      const kept = [...left.slice(0, from), ...left.slice(from + size)];
      const without = makePlan(seed, of)
        .events.map((_, index) => index)
        .filter(index => !kept.includes(index));
      runs += 1;
      const outcome = await new Simulation(planWithout(seed, without, of), options).run();
      if (outcome.violations.length > 0) {
        left = kept;
        best = { without, outcome };
      } else {
        from += size;
      }
    }
  }
  return best;
}
