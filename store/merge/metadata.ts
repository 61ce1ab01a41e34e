/** The field `metadata`: last writer wins, for each top-level key by itself; a removed key keeps the stamp of its removal. */
import { compareText, isFields } from "./json.ts";
import { joinRegisters, type Register, restampRegister, UNSET } from "./register.ts";
import { defineRule, type Rule, stampOf, writeStamp } from "./rule.ts";

const FIELD = "metadata";

type Entries = ReadonlyMap<string, Register>;

/** Merges key by key. */
export const metadata: Rule = defineRule<Entries>({
  fields: [FIELD],
  read: side => {
    const entries = new Map<string, Register>();
    for (const [key, stamp] of side.clock) {
      if (key.startsWith(`${FIELD}/`)) entries.set(key.slice(FIELD.length + 1), { stamp, value: undefined });
    }
    const values = side.fields[FIELD];
    for (const [key, value] of Object.entries(isFields(values) ? values : {})) {
      if (value === null || value === undefined) continue;
      entries.set(key, { stamp: stampOf(side, `${FIELD}/${key}`, true), value });
    }
    return entries;
  },
  write: (state, into) => {
    const values: [string, unknown][] = [];
    for (const [key, { stamp, value }] of state) {
      if (value !== undefined) values.push([key, value]);
      writeStamp(into, `${FIELD}/${key}`, value !== undefined, stamp);
    }
    values.sort((a, b) => compareText(a[0], b[0]));
    if (values.length > 0) into.fields.set(FIELD, Object.fromEntries(values));
  },
  join: (a, b) => each(a, b, joinRegisters),
  restamp: (before, after, by) => each(before, after, (old, now) => restampRegister(old, now, by)),
});

function each(a: Entries, b: Entries, combine: (a: Register, b: Register) => Register): Entries {
  const entries = new Map<string, Register>();
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    entries.set(key, combine(a.get(key) ?? UNSET, b.get(key) ?? UNSET));
  }
  return entries;
}
