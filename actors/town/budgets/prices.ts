/** Money for tokens, where an agent's program tells tokens alone: by prices that people have set, and never by a guess. */
import type { DriverSpec } from "../../../store/schema/agent.ts";
import type { Price } from "../../../store/schema/budget.ts";
import type { TownTurn } from "../town-turn.ts";

type Prices = Readonly<Record<string, Price>>;

/** The prices after a change; undefined when none is left. */
export function pricesPatched(
  before: Prices | undefined,
  patch: Readonly<Record<string, Price | null>>,
): Prices | undefined {
  const all = Object.entries({ ...before, ...patch });
  const left = all.flatMap(([name, price]) => (price === null ? [] : [[name, price] as const]));
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

/** Names under which a price may stand for what a driver runs, the closest first. */
export function pricedAs(driver: DriverSpec): string[] {
  if (driver.kind !== "exec") return [];
  return [...(driver.model === undefined ? [] : [driver.model]), driver.preset];
}

/** USD for so many tokens; 0 when nobody set a price. */
export function priceOf(
  ctx: Pick<TownTurn, "settings">,
  names: readonly string[] | undefined,
  tokens: { readonly input_tokens: number; readonly output_tokens: number },
): number {
  const { prices } = ctx.settings;
  const price = names?.map(name => prices?.[name]).find(found => found !== undefined);
  if (price === undefined) return 0;
  return (tokens.input_tokens * price.input + tokens.output_tokens * price.output) / 1_000_000;
}
