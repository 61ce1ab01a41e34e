/** Operational state as labels `dimension:value`. */
import type { Bead } from "../../../store/schema/bead.ts";

/** The value of a dimension; undefined when it has none. */
export function stateOf(bead: Bead, dimension: string): string | undefined {
  const label = bead.labels?.find(name => name.startsWith(`${dimension}:`));
  return label?.slice(dimension.length + 1);
}

/** All dimensions with their values. */
export function statesOf(bead: Bead): Record<string, string> {
  const pairs = (bead.labels ?? []).filter(label => label.indexOf(":") > 0);
  return Object.fromEntries(
    pairs.map(label => [label.slice(0, label.indexOf(":")), label.slice(label.indexOf(":") + 1)]),
  );
}
