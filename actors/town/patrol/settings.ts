/** Changes of the patrol's thresholds: what is not named stays, and together they have to make sense. */
import { AppError } from "../../../store/schema/errors.ts";
import type { PatrolSettings } from "../../../store/schema/views.ts";
import { limitsOf } from "./judge.ts";

type Patch = { readonly [K in keyof PatrolSettings]?: PatrolSettings[K] | null | undefined };

/**
 * The thresholds after a change; undefined when none is left.
 * @param town Those that count where these say nothing.
 * @throws {AppError} invalid_argument when they do not come one after the other
 */
export function patrolPatched(
  before: PatrolSettings | undefined,
  patch: Patch | null,
  town: PatrolSettings | undefined,
): PatrolSettings | undefined {
  if (patch === null) return undefined;
  const named = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const entries = Object.entries({ ...before, ...named }).filter(([, value]) => typeof value === "number");
  const next: PatrolSettings = Object.fromEntries(entries);
  const { nudge_min, triage_min, stop_min } = limitsOf(next, town);
  if (nudge_min < triage_min && triage_min < stop_min) return entries.length === 0 ? undefined : next;
  throw new AppError(
    "invalid_argument",
    `The patrol would nudge after ${nudge_min} minutes, ask for triage after ${triage_min} and stop after ${stop_min}: each has to be longer than the one before.`,
    { hint: "Change them together: --patrol-nudge 15 --patrol-triage 60 --patrol-stop 120." },
  );
}
