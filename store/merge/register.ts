/** Last writer wins, for one field: the later stamp has it, and between equal stamps the greater content. */
import type { Stamp } from "../schema/bead.ts";
import { compareValues, ownValue, sameValue, unsetIfEmpty } from "./json.ts";
import { defineRule, isStamped, type Loss, type Restamping, type Rule, stampOf, writeStamp } from "./rule.ts";
import { compareStamps, laterStamp } from "./stamp.ts";

/** A value and when it was written; a value of `undefined` was unset then, or never set when it has no stamp. */
export interface Register {
  readonly stamp: Stamp | undefined;
  readonly value: unknown;
}

/** What was never set. */
export const UNSET: Register = { stamp: undefined, value: undefined };

/** The winner of two registers. */
export function joinRegisters(a: Register, b: Register): Register {
  return (compareStamps(a.stamp, b.stamp) || compareValues(a.value, b.value)) >= 0 ? a : b;
}

/** `after` with the stamp `by.at` if it changed and has no newer stamp of its own. */
export function restampRegister(before: Register, after: Register, by: Restamping): Register {
  if (sameValue(before.value, after.value)) {
    return { stamp: laterStamp(before.stamp, after.stamp), value: after.value };
  }
  return isStamped(before.stamp, after.stamp, by) ? after : { stamp: by.at, value: after.value };
}

/** One known field. */
export function lww(field: string): Rule {
  return registerRule(field, unsetIfEmpty);
}

/** A field that we do not know: its value is kept as it is, whatever it is. */
export function lwwVerbatim(field: string): Rule {
  return registerRule(field, value => value);
}

/** A field with a text that is too dear to be lost: what loses is reported, to be archived. */
export function lwwText(field: string): Rule {
  return registerRule(field, unsetIfEmpty, (winner, loser, base) => {
    if (typeof loser.value !== "string" || sameValue(loser.value, winner.value)) return [];
    if (sameValue(loser.value, base?.value)) return [];
    return [{ kind: "text", field, text: loser.value, stamp: loser.stamp }];
  });
}

function registerRule(
  field: string,
  normalise: (value: unknown) => unknown,
  lost?: (winner: Register, loser: Register, base: Register | undefined) => Loss[],
): Rule {
  return defineRule<Register>({
    fields: [field],
    read: side => {
      const value = normalise(ownValue(side.fields, field));
      return { stamp: stampOf(side, field, value !== undefined), value };
    },
    write: ({ stamp, value }, into) => {
      if (value !== undefined) into.fields.set(field, value);
      writeStamp(into, field, value !== undefined, stamp);
    },
    join: joinRegisters,
    restamp: restampRegister,
    losses: (a, b, base) => {
      const winner = joinRegisters(a, b);
      return lost?.(winner, winner === a ? b : a, base) ?? [];
    },
  });
}
