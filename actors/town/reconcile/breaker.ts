/** When many different beads fail in a short time, something else is broken: dispatch pauses, and says so. */
import { BREAKER_BEADS, BREAKER_WINDOW_MS } from "../limits.ts";
import type { Rule } from "./world.ts";

export const breaker: Rule = world => {
  if (world.paused !== undefined) return [];
  const recent = world.failures.filter(({ at }) => at > world.now - BREAKER_WINDOW_MS);
  const beads = new Set(recent.map(({ bead }) => bead)).size;
  if (beads < BREAKER_BEADS) return [];
  return [
    {
      reason: `${beads} beads had failing attempts within ${BREAKER_WINDOW_MS / 60_000} minutes`,
      action: { type: "trip_breaker", beads },
    },
  ];
};
