/** All rules over one world. A rule that throws is reported by name, and the others still count. */
import { AppError } from "../../../store/schema/errors.ts";
import { blockedMerges } from "./blocked-merges.ts";
import { brakes } from "./brakes.ts";
import { breaker } from "./breaker.ts";
import { budgets } from "./budgets.ts";
import { convoys } from "./convoys.ts";
import { dispatch } from "./dispatch.ts";
import { escalations } from "./escalations.ts";
import { gates } from "./gates.ts";
import { leases } from "./leases.ts";
import { mail } from "./mail.ts";
import { mayor } from "./mayor.ts";
import { mergeQueue } from "./merge-queue.ts";
import { molecules } from "./molecules.ts";
import { patrol } from "./patrol.ts";
import { reviewQueue } from "./review-queue.ts";
import { reviews } from "./reviews.ts";
import { strays } from "./strays.ts";
import type { Planned, Rules, World } from "./world.ts";

/** In the order in which their actions are applied; no rule depends on the order. */
export const RULES: Rules = {
  breaker,
  brakes,
  budgets,
  patrol,
  mayor,
  leases,
  reviews,
  strays,
  "merge-queue": mergeQueue,
  "blocked-merges": blockedMerges,
  "review-queue": reviewQueue,
  convoys,
  molecules,
  gates,
  dispatch,
  escalations,
  mail,
};

export interface RuleFailure {
  readonly rule: string;
  readonly message: string;
}

export interface Plan {
  readonly actions: readonly Planned[];
  readonly errors: readonly RuleFailure[];
}

/** What is to be done in this world, and why. Pure: the same world gives the same plan. */
export function reconcile(world: World, rules: Rules = RULES): Plan {
  const actions: Planned[] = [];
  const errors: RuleFailure[] = [];
  for (const [rule, run] of Object.entries(rules)) {
    try {
      actions.push(...run(world).map(finding => ({ rule, ...finding })));
    } catch (error) {
      errors.push({ rule, message: AppError.from(error).message });
    }
  }
  return { actions, errors };
}
