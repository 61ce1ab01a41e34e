/** Statuses by what they mean, configured ones included. */
import type { BdContext } from "./context.ts";
import { BUILT_IN_STATUSES, customStatuses } from "./values.ts";

/** Names of the statuses that mean done: left out of lists by default. */
export async function doneStatuses(ctx: BdContext): Promise<string[]> {
  const config = await (await ctx.backend()).config();
  return [...BUILT_IN_STATUSES, ...customStatuses(config)]
    .filter(s => s.category === "done")
    .map(s => s.name);
}
