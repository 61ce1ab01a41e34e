/** Deletions as the merge sees them. */
import type { Stamp } from "../schema/bead.ts";
import { type Content, readContent, withClock, writeContent } from "./content.ts";
import { canonicalText, compareText, type Fields } from "./json.ts";
import { compareStamps, readClock, stampOfInstant } from "./stamp.ts";

/** What a deletion says of itself. */
const BURIAL_FIELDS = ["deleted_at", "deleted_by", "delete_reason", "renamed_to"];
/** What a tombstone with content has beside it. */
const KEPT_FIELDS = ["status", "original_type", "original_status"];

/** A deletion. */
export interface Burial {
  readonly at: Stamp;
  readonly fields: Fields;
}

/** A bead file: content, deletion, or both when the deletion met a concurrent edit. */
export interface BeadState {
  readonly content: Content | undefined;
  readonly burial: Burial | undefined;
  /** The file of a tombstone without content. */
  readonly stone: Fields | undefined;
}

/** True for the file of a deleted bead. */
export function isTombstone(fields: Fields): boolean {
  return fields.status === "tombstone";
}

/** Reads a file. `hasBase` says whether unstamped changes will be found by comparison with a base. */
export function readState(fields: Fields, hasBase: boolean): BeadState {
  if (!isTombstone(fields)) {
    return { content: readContent(fields, hasBase), burial: undefined, stone: undefined };
  }
  const at = readClock(fields._clock)?.get("deleted_at") ?? stampOfInstant(fields.deleted_at);
  const burial = { at, fields: pick(fields, name => BURIAL_FIELDS.includes(name)) };
  if (typeof fields.original_status !== "string") return { content: undefined, burial, stone: fields };
  const kept = pick(fields, name => !BURIAL_FIELDS.includes(name) && !KEPT_FIELDS.includes(name));
  const clock = new Map(readClock(fields._clock) ?? []);
  clock.delete("deleted_at");
  const alive = withClock({ ...kept, status: fields.original_status }, clock);
  return { content: readContent(alive, hasBase), burial, stone: undefined };
}

/** True when nothing in the bead is later than its deletion. */
export function isDead(state: BeadState): boolean {
  const { burial, content } = state;
  return burial !== undefined && (content === undefined || compareStamps(content.changed, burial.at) <= 0);
}

/** The later of two deletions. */
export function laterBurial(a: Burial | undefined, b: Burial | undefined): Burial | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const order = compareStamps(a.at, b.at) || compareText(canonicalText(a.fields), canonicalText(b.fields));
  return order >= 0 ? a : b;
}

/** The later of two tombstones without content. */
export function laterStone(a: BeadState, b: BeadState): Fields | undefined {
  if (a.stone === undefined || b.stone === undefined) return a.stone ?? b.stone;
  const wins = laterBurial(a.burial, b.burial) === a.burial;
  const order = compareStamps(a.burial?.at, b.burial?.at);
  if (order !== 0) return wins ? a.stone : b.stone;
  return compareText(sortText(a), sortText(b)) >= 0 ? a.stone : b.stone;
}

/** The file of a state. */
export function writeState(state: BeadState): Fields {
  const { content, burial, stone } = state;
  if (content === undefined) return stone ?? {};
  const alive = writeContent(content);
  if (burial === undefined || !isDead(state)) return alive;
  const clock = new Map(readClock(alive._clock) ?? []);
  clock.set("deleted_at", burial.at);
  const { issue_type, ...rest } = alive;
  return withClock(
    {
      ...rest,
      ...burial.fields,
      issue_type,
      status: "tombstone",
      original_type: issue_type,
      original_status: alive.status,
    },
    clock,
  );
}

function sortText(state: BeadState): string {
  return canonicalText([state.burial?.fields, state.stone]);
}

function pick(fields: Fields, wanted: (name: string) => boolean): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => wanted(name)));
}
