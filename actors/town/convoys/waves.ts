/** Order of beads that wait for each other: wave 1 waits for none of the others, wave 2 for wave 1, and so on. */
import { AppError } from "../../../store/schema/errors.ts";

/** Something with a name, and the names of what must be done first; names of things elsewhere do not count. */
export interface Waiting {
  readonly id: string;
  readonly needs: readonly string[];
}

/**
 * Wave of each, from 1. Kahn's algorithm, level by level.
 * @throws {AppError} dependency_cycle, naming the ring
 */
export function waves(nodes: readonly Waiting[]): ReadonlyMap<string, number> {
  const known = new Set(nodes.map(({ id }) => id));
  const left = new Map(nodes.map(({ id, needs }) => [id, new Set(needs.filter(need => known.has(need)))]));
  const found = new Map<string, number>();
  for (let wave = 1; left.size > 0; wave++) {
    const free = [...left].filter(([, needs]) => needs.size === 0).map(([id]) => id);
    if (free.length === 0) throw cycle(left);
    for (const id of free) {
      found.set(id, wave);
      left.delete(id);
    }
    for (const needs of left.values()) for (const id of free) needs.delete(id);
  }
  return found;
}

/** Follows the waiting round until it comes back to where it was. */
function cycle(left: ReadonlyMap<string, ReadonlySet<string>>): AppError {
  const path: string[] = [];
  let [at] = left.keys();
  while (at !== undefined && !path.includes(at)) {
    path.push(at);
    [at] = left.get(at) ?? [];
  }
  const ring = at === undefined ? path : [...path.slice(path.indexOf(at)), at];
  return new AppError("dependency_cycle", `These wait for each other: ${ring.join(" -> ")}.`, {
    hint: "Take one of the dependencies away; nothing was made.",
    data: { cycle: ring },
  });
}
