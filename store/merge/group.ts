/** Fields that only make sense together: the group of one side is taken whole. */
import type { Stamp } from "../schema/bead.ts";
import { compareValues, sameValue, unsetIfEmpty } from "./json.ts";
import { defineRule, isStamped, type Rule, type Side, stampOf, writeStamp } from "./rule.ts";
import { compareStamps, epochMs, laterStamp } from "./stamp.ts";

interface Group {
  readonly values: Readonly<Record<string, unknown>>;
  /** When any of the fields was last written. */
  readonly at: Stamp | undefined;
}

interface Status extends Group {
  /** When it last went in or out of "closed"; undefined when it never was. */
  readonly turned: Stamp | undefined;
}

/**
 * The status and all that follows from it, with one stamp for all (key `status`) and one more for the last closing or
 * reopening (key `closed_at`). The side that closed or reopened last wins: so closing beats a concurrent change that is
 * no reopening, and a reopening beats the closing that it saw. Between sides that agree on that, the later change wins.
 */
export function statusGroup(fields: readonly string[]): Rule {
  const compare = (a: Status, b: Status): number =>
    compareStamps(a.turned, b.turned) ||
    Number(isClosed(a)) - Number(isClosed(b)) ||
    compareStamps(a.at, b.at) ||
    compareValues(a.values, b.values);
  return defineRule<Status>({
    fields,
    clockRoots: ["status", "closed_at"],
    read: side => {
      const values = valuesOf(side, fields);
      const closed = values.closed_at !== undefined;
      return { values, at: stampOf(side, "status", true), turned: stampOf(side, "closed_at", closed) };
    },
    write: (state, into) => {
      for (const [field, value] of Object.entries(state.values)) into.fields.set(field, value);
      writeStamp(into, "status", true, state.at);
      writeStamp(into, "closed_at", isClosed(state), state.turned);
    },
    join: (a, b) => (compare(a, b) >= 0 ? a : b),
    restamp: (before, after, by) => {
      const changed = !sameValue(before.values, after.values);
      const ownTurn = isStamped(before.turned, after.turned, by);
      const when = isStamped(before.at, after.at, by) ? after.at : by.at;
      return {
        values: after.values,
        at: changed ? when : laterStamp(before.at, after.at),
        turned: ownTurn ? after.turned : isClosed(before) === isClosed(after) ? before.turned : when,
      };
    },
  });
}

/** The compaction that went further wins: compaction only ever goes up. One stamp, key `compaction_level`. */
export function compactionGroup(fields: readonly string[]): Rule {
  const compare = (a: Group, b: Group): number =>
    levelOf(a) - levelOf(b) ||
    epochMs(a.values.compacted_at) - epochMs(b.values.compacted_at) ||
    compareStamps(a.at, b.at) ||
    compareValues(a.values, b.values);
  return defineRule<Group>({
    fields,
    clockRoots: ["compaction_level"],
    read: side => {
      const values = valuesOf(side, fields);
      return { values, at: stampOf(side, "compaction_level", Object.keys(values).length > 0) };
    },
    write: (state, into) => {
      for (const [field, value] of Object.entries(state.values)) into.fields.set(field, value);
      writeStamp(into, "compaction_level", Object.keys(state.values).length > 0, state.at);
    },
    join: (a, b) => (compare(a, b) >= 0 ? a : b),
    restamp: (before, after, by) => {
      const keep = sameValue(before.values, after.values) || isStamped(before.at, after.at, by);
      return { values: after.values, at: keep ? laterStamp(before.at, after.at) : by.at };
    },
  });
}

function valuesOf(side: Side, fields: readonly string[]): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    const value = unsetIfEmpty(side.fields[field]);
    if (value !== undefined) values[field] = value;
  }
  return values;
}

function isClosed(status: Status): boolean {
  return status.values.closed_at !== undefined;
}

function levelOf(group: Group): number {
  const level = group.values.compaction_level;
  return typeof level === "number" ? level : 0;
}
