/** State of a convoy, worked out of its members; only `landed` is kept, by closing its bead. */
import type { ConvoyView } from "../../store/schema/views.ts";
import { defineMachine } from "./machine.ts";

export type ConvoyState = ConvoyView["state"];

export const convoyMachine = defineMachine<ConvoyState>({
  name: "convoy",
  states: ["open", "landed", "failed"],
  initial: "open",
  terminal: ["landed"],
  transitions: [
    { from: ["open", "failed"], to: "landed", by: ["town"], when: "every bead is closed" },
    { from: "open", to: "failed", by: ["town"], when: "every bead is done, and some failed" },
    { from: "failed", to: "open", by: ["town"], when: "a failed bead is reopened" },
  ],
  lives: {
    open: {
      owner: "town",
      exit: "its beads are merged, or some failed",
      endless: "each of its beads has a deadline of its own, and one that waits says why",
    },
    landed: { owner: "nobody", exit: "nothing reopens it", endless: "it is an end" },
    failed: {
      owner: "person",
      exit: "its failed beads are reopened, or taken out",
      endless: "only people know whether what failed is still wanted; it stands in the attention list",
    },
  },
});

/** How far the members are. */
export interface ConvoyProgress {
  readonly state: ConvoyState;
  readonly total: number;
  /** Closed: merged, or closed by a person. */
  readonly merged: number;
  readonly failed: number;
}

/** @param statuses of the members that still exist; a deleted bead is no longer waited for */
export function convoyProgress(statuses: readonly string[], landed: boolean): ConvoyProgress {
  const merged = statuses.filter(status => status === "closed").length;
  const failed = statuses.filter(status => status === "failed").length;
  const total = statuses.length;
  const state = landed ? "landed" : failed > 0 && merged + failed === total ? "failed" : "open";
  return { state, total, merged, failed };
}

/** True when there is nothing left to wait for and nothing failed. */
export function isComplete({ total, merged }: ConvoyProgress): boolean {
  return merged === total;
}
