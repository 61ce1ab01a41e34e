/**
 * Stamps of a hybrid logical clock: when, in the order that all machines agree on, a field got its value.
 * They ride in `_clock` of a bead, so that a merge can tell field by field which side is later.
 *
 * Keys of `_clock`: `created_at` is the stamp of birth and stands for every key that has none of its own; a field's name
 * for each field that changed since (closing stamps `status`, `closed_at` and `close_reason`); `labels/<label>`, `dependencies/<target>` and
 * `metadata/<key>` for entries. The key of a removed field or entry stays, with the stamp of its removal.
 * `updated_at` and `comments` have none: the first merges by maximum, the second only grows.
 */
import type { Bead, Stamp } from "../schema/bead.ts";

/** Stamps by key. */
export type Clock = Readonly<Record<string, Stamp>>;

/** Stamps from further ahead than this are not followed, so that one wrong clock does not carry all others with it. */
export const MAX_SKEW_MS = 24 * 3_600_000;

const ZERO: Stamp = [0, 0, ""];
const UNSTAMPED = ["id", "updated_at", "comments", "_clock"];
const BY_ENTRY = ["labels", "dependencies", "metadata"];

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

/** The clock of a bead after a change: the keys of everything that differs get the stamp, or one above their own. */
export function stampChanges(before: Bead | undefined, after: Bead, stamp: Stamp): Clock {
  if (before === undefined) return { created_at: stamp };
  const clock: Record<string, Stamp> = { ...before._clock };
  for (const key of changedKeys(before, after)) {
    const own = stampOf(clock, key);
    clock[key] = compareStamps(stamp, own) > 0 ? stamp : [own[0], own[1] + 1, stamp[2]];
  }
  return clock;
}

/** Keys of `_clock` under which two states of a bead differ. */
export function changedKeys(before: Bead, after: Bead): Set<string> {
  const keys = new Set<string>();
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (UNSTAMPED.includes(field) || sameJson(before[field], after[field])) continue;
    if (!BY_ENTRY.includes(field)) {
      keys.add(field);
      continue;
    }
    const old = entriesOf(field, before);
    const now = entriesOf(field, after);
    for (const name of new Set([...old.keys(), ...now.keys()])) {
      if (!sameJson(old.get(name), now.get(name))) keys.add(`${field}/${name}`);
    }
  }
  return keys;
}

/** The entries of a field that merges by entry, by the name that their stamp has. */
export function entriesOf(field: string, bead: Bead): Map<string, unknown> {
  if (field === "labels") return new Map(bead.labels?.map(label => [label, true]));
  if (field === "dependencies") return new Map(bead.dependencies?.map(edge => [edge.depends_on_id, edge]));
  return new Map(Object.entries(bead.metadata ?? {}));
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
