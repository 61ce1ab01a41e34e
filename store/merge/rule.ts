/**
 * What a merge rule is. A rule owns some fields of a bead and their clock keys, and sees them as a state of its own;
 * `join` of two states must be commutative, associative and idempotent, and `read` of what `write` wrote must be the state.
 */
import type { Stamp } from "../schema/bead.ts";
import type { Fields } from "./json.ts";
import { type Clock, compareStamps, laterStamp } from "./stamp.ts";

/** A bead as a rule reads it. */
export interface Side {
  readonly fields: Fields;
  readonly clock: Clock;
  /** The stamp of everything that has none of its own. */
  readonly birth: Stamp;
}

/** The bead that rules write. */
export interface Draft {
  readonly fields: Map<string, unknown>;
  readonly clock: Map<string, Stamp>;
  readonly birth: Stamp;
}

/** What one side had and the merged bead has not. */
export type Loss =
  | {
      readonly kind: "text";
      readonly field: string;
      readonly text: string;
      readonly stamp: Stamp | undefined;
    }
  | { readonly kind: "claim"; readonly loser: string; readonly winner: string | undefined };

/** How to stamp changes that came without stamps. */
export interface Restamping {
  /** The stamp for them. */
  readonly at: Stamp;
  readonly birth: Stamp;
}

/** True when something was stamped by whoever changed it: later than before, and not merely there since birth. */
export function isStamped(before: Stamp | undefined, after: Stamp | undefined, by: Restamping): boolean {
  return compareStamps(after, laterStamp(before, by.birth)) > 0;
}

/** The work of a rule on its typed state. */
export interface RuleSpec<S> {
  /** Names of the fields. */
  readonly fields: readonly string[];
  /** First parts of its clock keys, where they are not the names of the fields. */
  readonly clockRoots?: readonly string[];
  read(side: Side): S;
  write(state: S, into: Draft): void;
  join(a: S, b: S): S;
  /**
   * The state of `after`, which came from `before`. What changed without a newer stamp of its own gets the stamp `by.at`;
   * what did not change keeps the later stamp.
   */
  restamp(before: S, after: S, by: Restamping): S;
  /** What `join` leaves out of either side, beside what both had in `base`. */
  losses?(a: S, b: S, base: S | undefined): readonly Loss[];
}

/** A rule whose state is its own business. */
export interface Rule {
  readonly fields: readonly string[];
  readonly clockRoots: readonly string[];
  /** Merges two sides. */
  join(a: Side, b: Side, into: Draft): void;
  /** Copies `after` with stamps for what changed since `before`; see `RuleSpec.restamp`. */
  restamp(before: Side, after: Side, by: Restamping, into: Draft): void;
  losses(a: Side, b: Side, base: Side | undefined): readonly Loss[];
}

/** Makes a rule of its parts. */
export function defineRule<S>(spec: RuleSpec<S>): Rule {
  return {
    fields: spec.fields,
    clockRoots: spec.clockRoots ?? spec.fields,
    join: (a, b, into) => spec.write(spec.join(spec.read(a), spec.read(b)), into),
    restamp: (before, after, by, into) =>
      spec.write(spec.restamp(spec.read(before), spec.read(after), by), into),
    losses: (a, b, base) =>
      spec.losses?.(spec.read(a), spec.read(b), base === undefined ? undefined : spec.read(base)) ?? [],
  };
}

/** Stamp of a key: that of the birth when something is there without one, undefined when nothing ever was. */
export function stampOf(side: Side, key: string, there: boolean): Stamp | undefined {
  return side.clock.get(key) ?? (there ? side.birth : undefined);
}

/** Writes the stamp of a key so that `stampOf` finds it again: that of the birth of something there goes without saying. */
export function writeStamp(into: Draft, key: string, there: boolean, stamp: Stamp | undefined): void {
  if (stamp === undefined || (there && compareStamps(stamp, into.birth) === 0)) return;
  into.clock.set(key, stamp);
}
