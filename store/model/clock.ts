/**
 * Stamps of a hybrid logical clock: when, in the order that all machines agree on, something got its value.
 * They ride in `_clock` of a bead, so that a merge can tell field by field which side is later. `created_at` there is the
 * stamp of birth and stands for everything that has none of its own; the other keys belong to the rules of the merge,
 * which write and read them (`store/merge`).
 */
import { restampBead } from "../merge/merge-beads.ts";
import type { Bead, Stamp } from "../schema/bead.ts";

/** Stamps by key. */
export type Clock = Readonly<Record<string, Stamp>>;

/** Stamps from further ahead than this are not followed, so that one wrong clock does not carry all others with it. */
export const MAX_SKEW_MS = 24 * 3_600_000;

const ZERO: Stamp = [0, 0, ""];

/** Earlier below zero; equal times are ordered by counter, then actor. */
export function compareStamps(a: Stamp, b: Stamp): number {
  return a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0);
}

/** Stamp of a key, or of the birth. */
export function stampOf(clock: Clock | undefined, key: string): Stamp {
  return clock?.[key] ?? clock?.created_at ?? ZERO;
}

/** The latest stamp in a clock, without its actor; stamps from beyond the allowed skew do not count. */
export function latestStamp(clock: Clock | undefined, now: number): Stamp {
  let latest = ZERO;
  for (const stamp of Object.values(clock ?? {})) {
    if (stamp[0] <= now + MAX_SKEW_MS && compareStamps(stamp, latest) > 0) latest = stamp;
  }
  return latest;
}

/** The next stamp after everything that was seen: the wall clock's time, or one count more when that is not later. */
export function nextStamp(seen: Stamp, now: number, actor: string): Stamp {
  return now > seen[0] ? [now, 0, actor] : [seen[0], seen[1] + 1, actor];
}

/** The clock of a bead after a change: everything that differs gets the stamp, or one above all that it has. */
export function stampChanges(before: Bead | undefined, after: Bead, stamp: Stamp): Clock {
  return before === undefined ? { created_at: stamp } : restampBead(before, after, stamp);
}

/** True when both are the same JSON value, whatever the order of keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = new Map(Object.entries(b).filter(([, value]) => value !== undefined));
  return (
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && sameJson(value, right.get(key)))
  );
}
