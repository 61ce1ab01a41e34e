/** Merges two versions of one bead. */
import type { Stamp } from "../schema/bead.ts";
import {
  type Content,
  joinContents,
  lossesOf,
  readContent,
  restampContent,
  stampForUnstamped,
  writeContent,
} from "./content.ts";
import { type Fields, sameValue } from "./json.ts";
import type { Loss } from "./rule.ts";
import { compareStamps, laterStamp, readClock, stampAfter } from "./stamp.ts";
import { type BeadState, isDead, laterBurial, laterStone, readState, writeState } from "./tombstone.ts";

/** A merged bead. */
export interface BeadMerge {
  /** The bead or tombstone to write, in canonical form. */
  readonly bead: Fields;
  /** What either side changed and the merged bead has not: long texts to archive, claims that came too late. */
  readonly losses: readonly Loss[];
  /**
   * Set when one side deleted what the other changed: "revived" when the change was later, "buried" when the deletion
   * was; the tombstone then keeps the content.
   */
  readonly deletion: "revived" | "buried" | undefined;
}

/**
 * Merges two versions of one bead: the same bytes whichever is `ours`. The design is in `index.ts`.
 * @param base a version that both came from. It is needed only for changes by writers that know no stamps; it also tells
 *   which losing texts are no loss, because history has them.
 */
export function mergeBeads(ours: Fields, theirs: Fields, base?: Fields): BeadMerge {
  if (sameValue(ours, theirs)) return { bead: ours, losses: [], deletion: undefined };
  const root = base === undefined ? undefined : readState(base, true);
  const a = lift(readState(ours, root !== undefined), root);
  const b = lift(readState(theirs, root !== undefined), root);
  const joined = joinStates(a, b);
  const live = joined.content !== undefined && !isDead(joined);
  const losses =
    live && a.content !== undefined && b.content !== undefined
      ? lossesOf(a.content, b.content, root?.content)
      : [];
  return { bead: writeState(joined), losses, deletion: deletionOf(a, b, live) };
}

/**
 * The clock of a bead after its writer changed it: a stamp for each thing that differs, also for what is gone.
 * @param before the bead as it was, with its clock
 * @param after the bead as it shall be; its own `_clock` is not looked at
 * @param stamp for the changes; when something in the bead is later already, the one after that is taken
 */
export function restampBead(before: Fields, after: Fields, stamp: Stamp): Readonly<Record<string, Stamp>> {
  const old = readContent(before, true);
  const now = readContent({ ...after, _clock: before._clock }, true);
  const late = compareStamps(stamp, old.changed) > 0;
  const at: Stamp = late ? stamp : [old.changed[0], old.changed[1] + 1, stamp[2]];
  return Object.fromEntries(readClock(writeContent(restampContent(old, now, at))._clock) ?? []);
}

function joinStates(a: BeadState, b: BeadState): BeadState {
  const one = a.content ?? b.content;
  // Content that meets none is joined with itself, which leaves it in canonical form.
  const content = one === undefined ? undefined : joinContents(one, b.content ?? one);
  const burial = laterBurial(a.burial, b.burial);
  const joined = { content, burial, stone: content === undefined ? laterStone(a, b) : undefined };
  // What lives needs no memory of an earlier deletion: nothing in it will ever be older again.
  return content !== undefined && !isDead(joined) ? { ...joined, burial: undefined } : joined;
}

/** Makes a version at least as late as the base in everything, stamping what was changed without a stamp. */
function lift(side: BeadState, base: BeadState | undefined): BeadState {
  if (base === undefined) return side;
  const content =
    side.content !== undefined && base.content !== undefined && sameBirth(side.content, base.content)
      ? restampContent(base.content, side.content, stampForUnstamped(base.content, side.content))
      : side.content;
  if (isDead(side) && !isDead(base)) return { ...side, content, burial: liftBurial(side, base) };
  if (!isDead(side) && isDead(base) && content !== undefined)
    return { ...side, content: liftLife(content, base) };
  return { ...side, content };
}

function liftBurial(side: BeadState, base: BeadState): BeadState["burial"] {
  if (side.burial === undefined || base.content === undefined) return side.burial;
  const late = compareStamps(side.burial.at, base.content.changed) > 0;
  return late ? side.burial : { ...side.burial, at: stampAfter(base.content.changed) };
}

function liftLife(content: Content, base: BeadState): Content {
  if (base.burial === undefined) return content;
  const late = compareStamps(content.changed, base.burial.at) > 0;
  return late ? content : { ...content, changed: laterStamp(content.changed, stampAfter(base.burial.at)) };
}

function deletionOf(a: BeadState, b: BeadState, live: boolean): BeadMerge["deletion"] {
  if (isDead(a) === isDead(b)) return undefined;
  return live ? "revived" : "buried";
}

function sameBirth(a: Content, b: Content): boolean {
  return a.fields.created_at === b.fields.created_at && a.fields.created_by === b.fields.created_by;
}
