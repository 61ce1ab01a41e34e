/**
 * Who works on a bead. Of two claims of the same free bead the earliest wins, so that what somebody was told stays true;
 * an assignment that ended an earlier one opens a new round, and the latest round wins.
 */
import type { Stamp } from "../schema/bead.ts";
import { compareValues, unsetIfEmpty } from "./json.ts";
import { defineRule, isStamped, type Loss, type Rule, stampOf, writeStamp } from "./rule.ts";
import { compareStamps, laterStamp } from "./stamp.ts";

/** Clock key of the round: the stamp of the last release or hand-over. */
const ROUND_KEY = "assignee/round";

interface Claim {
  readonly assignee: unknown;
  /** When the assignee was written; undefined when there never was one. */
  readonly at: Stamp | undefined;
  /** When the round began in which this was claimed; undefined for the first. */
  readonly round: Stamp | undefined;
}

/** The field `assignee`. */
export const claim: Rule = defineRule<Claim>({
  fields: ["assignee"],
  read: side => {
    const assignee = unsetIfEmpty(side.fields.assignee);
    const at = stampOf(side, "assignee", assignee !== undefined);
    const round = side.clock.get(ROUND_KEY);
    // A release is stamped like any change, and is the beginning of a round by itself.
    return assignee === undefined ? free(laterStamp(at, round)) : { assignee, at, round };
  },
  write: (state, into) => {
    const assigned = state.assignee !== undefined;
    if (assigned) into.fields.set("assignee", state.assignee);
    writeStamp(into, "assignee", assigned, state.at);
    if (assigned) writeStamp(into, ROUND_KEY, false, state.round);
  },
  join,
  restamp: (before, after, by) => {
    const later = compareStamps(after.round, before.round) > 0;
    if (compareValues(before.assignee, after.assignee) === 0) return later ? after : before;
    const when = isStamped(before.at, after.at, by) ? after.at : by.at;
    if (after.assignee === undefined) return free(when);
    if (later) return after;
    const claimed = before.assignee === undefined;
    return { assignee: after.assignee, at: when, round: claimed ? before.round : when };
  },
  losses: (a, b, base) => {
    const winner = join(a, b);
    const loser = winner === a ? b : a;
    if (typeof loser.assignee !== "string" || loser.assignee === winner.assignee) return [];
    if (base !== undefined && base.assignee === loser.assignee) return [];
    const loss: Loss = {
      kind: "claim",
      loser: loser.assignee,
      winner: typeof winner.assignee === "string" ? winner.assignee : undefined,
    };
    return [loss];
  },
});

function free(since: Stamp | undefined): Claim {
  return { assignee: undefined, at: since, round: since };
}

function join(a: Claim, b: Claim): Claim {
  return compareClaims(a, b) >= 0 ? a : b;
}

function compareClaims(a: Claim, b: Claim): number {
  return (
    compareStamps(a.round, b.round) ||
    Number(a.assignee !== undefined) - Number(b.assignee !== undefined) ||
    compareStamps(b.at, a.at) ||
    compareValues(a.assignee, b.assignee)
  );
}
