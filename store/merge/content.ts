/**
 * A bead taken apart for merging: its content, which the rules of the table own field by field, and its deletion.
 * A deletion is a stamp beside the content: a bead is deleted as long as nothing in it is later. A tombstone as the store
 * writes it has no content; one that met a concurrent edit keeps what it met, so that a still later edit brings all back.
 */
import type { Stamp } from "../schema/bead.ts";
import { compareValues, type Fields } from "./json.ts";
import { lwwVerbatim } from "./register.ts";
import type { Draft, Loss, Rule, Side } from "./rule.ts";
import { RULES } from "./rules.ts";
import { type Clock, compareStamps, laterStamp, readClock, stampAfter, stampOfInstant } from "./stamp.ts";

/** Never merged by a rule. */
const BIRTH_FIELDS = ["id", "created_at", "created_by"];
/** Clock keys of the bead as a whole. */
const BEAD_KEYS = ["created_at", "updated_at", "deleted_at"];
const NO_RULE = new Set([...BIRTH_FIELDS, "updated_at", "_clock"]);
const KNOWN_FIELDS = new Set(RULES.flatMap(rule => rule.fields));
const KNOWN_ROOTS = new Set([...RULES.flatMap(rule => rule.clockRoots), ...BEAD_KEYS]);

/** What rules see of a bead, and when anything in it was last changed. */
export interface Content extends Side {
  readonly changed: Stamp;
}

/** Reads the content of a live bead. Beads without a clock that were edited count as written whole at `updated_at`. */
export function readContent(fields: Fields, hasBase: boolean): Content {
  const known = readClock(fields._clock);
  const clock = known ?? new Map<string, Stamp>();
  const written = stampOfInstant(fields.created_at);
  const edited = stampOfInstant(fields.updated_at);
  const foreign = known === undefined && !hasBase && compareStamps(edited, written) > 0;
  const birth = foreign ? edited : (clock.get("created_at") ?? written);
  let changed = edited;
  for (const [key, stamp] of clock) if (key !== "deleted_at") changed = laterStamp(changed, stamp);
  return { fields, clock, birth, changed };
}

/** Merges two contents. */
export function joinContents(a: Content, b: Content): Content {
  const draft = startDraft(a, b);
  for (const rule of rulesFor(a, b)) rule.join(a, b, draft);
  return finish(draft, a, b);
}

/** What `joinContents` leaves out. */
export function lossesOf(a: Content, b: Content, base: Content | undefined): Loss[] {
  return RULES.flatMap(rule => [...rule.losses(a, b, base)]);
}

/**
 * The content of `after` with a stamp for everything that it changed since `before` without one.
 * @param at later than everything in `before`
 */
export function restampContent(before: Content, after: Content, at: Stamp): Content {
  const side = after.clock.has("created_at") ? after : { ...after, birth: before.birth };
  const draft = startDraft(before, side);
  for (const rule of rulesFor(before, side)) rule.restamp(before, side, { at, birth: draft.birth }, draft);
  return finish(draft, before, side);
}

/** A stamp for changes that have none: when the bead says that it was updated, but after all that it came from. */
export function stampForUnstamped(before: Content, after: Content): Stamp {
  return laterStamp(stampOfInstant(after.fields.updated_at), stampAfter(before.changed));
}

/** The fields of a content, as a live bead has them. */
export function writeContent(content: Content): Fields {
  const clock = new Map(content.clock);
  const edited = stampOfInstant(content.fields.updated_at);
  const order = compareStamps(content.birth, stampOfInstant(content.fields.created_at));
  // Without any clock the bead would count as written whole at `updated_at`.
  if (order !== 0 || (clock.size === 0 && compareStamps(edited, content.birth) > 0)) {
    clock.set("created_at", content.birth);
  }
  let known = laterStamp(edited, content.birth);
  for (const stamp of clock.values()) known = laterStamp(known, stamp);
  // A change that lost was still a change: it counts against a deletion.
  if (compareStamps(content.changed, known) > 0) clock.set("updated_at", content.changed);
  return withClock(content.fields, clock);
}

/** The fields with this clock; without any when it is empty. */
export function withClock(fields: Fields, clock: Clock): Fields {
  const { _clock: _, ...rest } = fields;
  return clock.size === 0 ? rest : { ...rest, _clock: Object.fromEntries(clock) };
}

function startDraft(a: Content, b: Content): Draft {
  return {
    fields: new Map(),
    clock: new Map(),
    birth: compareStamps(a.birth, b.birth) <= 0 ? a.birth : b.birth,
  };
}

function finish(draft: Draft, a: Content, b: Content): Content {
  for (const field of BIRTH_FIELDS) {
    const value = greater(a.fields[field], b.fields[field]);
    if (value !== undefined) draft.fields.set(field, value);
  }
  draft.fields.set("updated_at", laterInstant(a.fields.updated_at, b.fields.updated_at));
  for (const side of [a, b]) {
    for (const [key, stamp] of side.clock) {
      // Entries of fields that we do not know merge with whoever knows them.
      if (key.includes("/") && !KNOWN_ROOTS.has(rootOf(key))) {
        draft.clock.set(key, laterStamp(stamp, draft.clock.get(key) ?? stamp));
      }
    }
  }
  return {
    fields: Object.fromEntries(draft.fields),
    clock: draft.clock,
    birth: draft.birth,
    changed: laterStamp(a.changed, b.changed),
  };
}

function rulesFor(a: Side, b: Side): readonly Rule[] {
  const unknown = new Set<string>();
  for (const side of [a, b]) {
    for (const field of Object.keys(side.fields)) {
      if (!KNOWN_FIELDS.has(field) && !NO_RULE.has(field)) unknown.add(field);
    }
    for (const key of side.clock.keys()) {
      if (!key.includes("/") && !KNOWN_ROOTS.has(key) && !KNOWN_FIELDS.has(key) && !NO_RULE.has(key)) {
        unknown.add(key);
      }
    }
  }
  return unknown.size === 0 ? RULES : [...RULES, ...[...unknown].map(lwwVerbatim)];
}

function rootOf(key: string): string {
  const slash = key.indexOf("/");
  return slash < 0 ? key : key.slice(0, slash);
}

function greater(a: unknown, b: unknown): unknown {
  return compareValues(a, b) >= 0 ? a : b;
}

function laterInstant(a: unknown, b: unknown): unknown {
  const order = compareStamps(stampOfInstant(a), stampOfInstant(b));
  return order === 0 ? greater(a, b) : order > 0 ? a : b;
}
