/**
 * Lists that are sets: each entry has a key and a stamp of its own. A removal writes down the stamp of the entry that it
 * saw, so that it takes away what it knew and nothing that was added or changed elsewhere meanwhile. Without any stamps
 * this is the union.
 */
import type { Stamp } from "../schema/bead.ts";
import { canonicalText, compareValues, sameValue } from "./json.ts";
import {
  type Draft,
  defineRule,
  isStamped,
  type Restamping,
  type Rule,
  type Side,
  writeStamp,
} from "./rule.ts";
import { compareStamps, laterStamp } from "./stamp.ts";

/** What is known of one key. */
export interface Element {
  /** Undefined only in lists that are not stamped when they grow. */
  readonly stamp: Stamp | undefined;
  /** What the key holds, one entry in all but hand-made files; undefined when it was removed. */
  readonly value: readonly unknown[] | undefined;
}

/** Elements by key. */
export type Elements = ReadonlyMap<string, Element>;

/** What a list is like. */
export interface ElementShape {
  readonly field: string;
  /** False for lists that only ever grow: a new entry gets no stamp, only its edit or removal does. */
  readonly stamped: boolean;
  keyOf(entry: unknown): string;
  /** Order in the file. */
  compare(a: Placed, b: Placed): number;
}

/** An entry, with the stamp of its key. */
export interface Placed {
  readonly entry: unknown;
  readonly stamp: Stamp | undefined;
}

/** A list field that merges entry by entry. */
export function elements(shape: ElementShape): Rule {
  return defineRule<Elements>({
    fields: [shape.field],
    read: side => readElements(side, listOf(side.fields[shape.field]), shape),
    write: (state, into) => writeElements(state, into, shape),
    join: joinElements,
    restamp: (before, after, by) => restampElements(before, after, by, shape.stamped),
  });
}

/** A set of texts, in alphabetical order. */
export function textSet(field: string): Rule {
  return elements({
    field,
    stamped: true,
    keyOf: entry => (typeof entry === "string" ? entry : canonicalText(entry)),
    compare: (a, b) => compareValues(a.entry, b.entry),
  });
}

/** A set of texts in the order in which they were added. */
export function textQueue(field: string): Rule {
  return elements({
    field,
    stamped: true,
    keyOf: entry => (typeof entry === "string" ? entry : canonicalText(entry)),
    compare: (a, b) => compareStamps(a.stamp, b.stamp),
  });
}

/** A set of values that are told apart by all that they say. */
export function valueSet(field: string): Rule {
  return elements({ field, stamped: true, keyOf: canonicalText, compare: () => 0 });
}

/** The entries of a list, with what the clock knows of removed ones. */
export function readElements(side: Side, list: readonly unknown[], shape: ElementShape): Elements {
  const values = new Map<string, unknown[]>();
  for (const entry of list) {
    const key = shape.keyOf(entry);
    const held = values.get(key);
    if (held === undefined) values.set(key, [entry]);
    else if (!held.some(other => sameValue(other, entry))) held.push(entry);
  }
  const state = new Map<string, Element>();
  const prefix = `${shape.field}/`;
  for (const [clockKey, stamp] of side.clock) {
    if (clockKey.startsWith(prefix)) state.set(clockKey.slice(prefix.length), { stamp, value: undefined });
  }
  const unstamped = shape.stamped ? side.birth : undefined;
  for (const [key, value] of values) {
    state.set(key, { stamp: state.get(key)?.stamp ?? unstamped, value: value.sort(compareValues) });
  }
  return state;
}

/** Writes the list, in order, and the stamps. */
export function writeElements(state: Elements, into: Draft, shape: ElementShape): void {
  const list: Placed[] = [];
  for (const [key, { stamp, value }] of state) {
    for (const entry of value ?? []) list.push({ entry, stamp });
    writeStamp(into, `${shape.field}/${key}`, shape.stamped && value !== undefined, stamp);
  }
  list.sort((a, b) => shape.compare(a, b) || compareValues(a.entry, b.entry));
  if (list.length === 0) return;
  into.fields.set(
    shape.field,
    list.map(item => item.entry),
  );
}

/** Merges key by key. */
export function joinElements(a: Elements, b: Elements): Elements {
  const joined = new Map(a);
  for (const [key, element] of b) {
    const other = joined.get(key);
    joined.set(key, other === undefined ? element : joinElement(other, element));
  }
  return joined;
}

/** See `RuleSpec.restamp`; a removal keeps the stamp of what it removed. */
export function restampElements(
  before: Elements,
  after: Elements,
  by: Restamping,
  stamped: boolean,
): Elements {
  const state = new Map<string, Element>();
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const old = before.get(key) ?? NEVER;
    const now = after.get(key) ?? NEVER;
    const stamp = restampElement(old, now, by, stamped);
    if (now.value !== undefined || stamp !== undefined) state.set(key, { stamp, value: now.value });
  }
  return state;
}

const NEVER: Element = { stamp: undefined, value: undefined };
/** Stamp of the removal of an entry that had none. */
const FIRST: Stamp = [0, 0, ""];

function restampElement(old: Element, now: Element, by: Restamping, stamped: boolean): Stamp | undefined {
  const later = laterStamp(old.stamp, now.stamp);
  if (now.value === undefined) return old.value === undefined ? later : (later ?? FIRST);
  if (sameValue(old.value, now.value)) return later;
  if (isStamped(old.stamp, now.stamp, by)) return now.stamp;
  if (stamped) return by.at;
  return old === NEVER ? undefined : afterEdit(old.stamp);
}

/** Lists that are not stamped when they grow count their edits. */
function afterEdit(stamp: Stamp | undefined): Stamp {
  return stamp === undefined ? FIRST : [stamp[0], stamp[1] + 1, stamp[2]];
}

/** With equal stamps, the side without the entry has seen and removed it; without any, it never saw it. */
function joinElement(a: Element, b: Element): Element {
  const order = compareStamps(a.stamp, b.stamp);
  if (order !== 0) return order > 0 ? a : b;
  if (a.stamp !== undefined && (a.value === undefined || b.value === undefined)) {
    return a.value === undefined ? a : b;
  }
  return compareValues(a.value, b.value) >= 0 ? a : b;
}

/** The value if it is a list, else an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
