/** State of a convoy, worked out of its record and its members; only `landed` and `closed` are kept, by its bead. */
import type { ConvoyView } from "../../store/schema/views.ts";
import { defineMachine } from "./machine.ts";

export type ConvoyState = ConvoyView["state"];

export const convoyMachine = defineMachine<ConvoyState>({
  name: "convoy",
  states: ["staged", "open", "stranded", "failed", "landed", "closed"],
  initial: "staged",
  terminal: ["landed", "closed"],
  transitions: [
    { from: "staged", to: "open", by: ["person"], when: "it is started, or made to follow work only" },
    {
      from: ["staged", "open", "stranded", "failed"],
      to: "landed",
      by: ["town"],
      when: "every bead is closed",
    },
    { from: ["open", "stranded"], to: "failed", by: ["town"], when: "every bead is done, and some failed" },
    { from: "failed", to: "open", by: ["town"], when: "a failed bead is reopened" },
    { from: "open", to: "stranded", by: ["town"], when: "nothing in it can go on by itself" },
    { from: "stranded", to: "open", by: ["town"], when: "something in it can go on again" },
    { from: ["staged", "open", "stranded", "failed"], to: "closed", by: ["person"], when: "it is given up" },
    { from: ["landed", "closed"], to: "open", by: ["person"], when: "beads are added" },
  ],
  lives: {
    staged: {
      owner: "person",
      exit: "it is started, or given up",
      endless: "whoever planned it says when it begins",
    },
    open: {
      owner: "town",
      exit: "its beads are merged, or some failed",
      endless: "each of its beads has a deadline of its own, and one that waits says why",
    },
    stranded: {
      owner: "person",
      exit: "what keeps it is seen to, or it is given up",
      endless: "only people know what to do; it says what keeps it, and stands in the attention list",
    },
    landed: { owner: "nobody", exit: "beads that are added reopen it", endless: "it is an end" },
    closed: { owner: "nobody", exit: "beads that are added reopen it", endless: "it is an end" },
    failed: {
      owner: "person",
      exit: "its failed beads are reopened, or taken out",
      endless: "only people know whether what failed is still wanted; it stands in the attention list",
    },
  },
});

/** A member, as far as the convoy's state needs it. */
export interface ConvoyMember {
  readonly status: string;
  /** True when a merge closed it. */
  readonly merged?: boolean;
}

/** What the convoy's own bead says. */
export interface ConvoyFacts {
  readonly closed: boolean;
  readonly landed: boolean;
  readonly staged: boolean;
  readonly stranded: boolean;
}

/** How far the members are. */
export interface ConvoyProgress {
  readonly total: number;
  /** Closed by a merge. */
  readonly merged: number;
  /** Closed by somebody, without a merge. */
  readonly unmerged: number;
  readonly failed: number;
}

/** @param members those that still exist; a deleted bead is no longer waited for */
export function convoyProgress(members: readonly ConvoyMember[]): ConvoyProgress {
  const closed = members.filter(({ status }) => status === "closed");
  const merged = closed.filter(member => member.merged).length;
  const failed = members.filter(({ status }) => status === "failed").length;
  return { total: members.length, merged, unmerged: closed.length - merged, failed };
}

/** True when there is nothing left to wait for and nothing failed. */
export function isComplete({ total, merged, unmerged }: ConvoyProgress): boolean {
  return merged + unmerged === total;
}

/** What people call the state that it is in. */
export function convoyState(progress: ConvoyProgress, facts: ConvoyFacts): ConvoyState {
  if (facts.landed) return "landed";
  if (facts.closed) return "closed";
  const { total, merged, unmerged, failed } = progress;
  if (failed > 0 && merged + unmerged + failed === total) return "failed";
  if (facts.staged) return "staged";
  return facts.stranded ? "stranded" : "open";
}
