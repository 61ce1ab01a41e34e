/** State of a merge request, told by the status of its bead. */
import type { MergeRequestView } from "../../store/schema/views.ts";
import { defineMachine } from "./machine.ts";

export type MergeRequestState = MergeRequestView["state"];

/** `rejected` may still turn `merged`: what the remote has is a fact, also when nobody wanted it any more. */
export const mergeRequestMachine = defineMachine<MergeRequestState>({
  name: "merge request",
  states: ["queued", "merging", "merged", "rejected"],
  initial: "queued",
  terminal: ["merged", "rejected"],
  transitions: [
    { from: "queued", to: "merging", by: ["town"], when: "the refinery takes it up" },
    { from: "merging", to: "queued", by: ["town"], when: "the run ended without a result" },
    {
      from: ["queued", "merging", "rejected"],
      to: "merged",
      by: ["town"],
      when: "it is in the target branch",
    },
    {
      from: ["queued", "merging"],
      to: "rejected",
      by: ["town"],
      when: "conflict, failed gate, or withdrawn",
    },
  ],
  lives: {
    queued: {
      owner: "refinery",
      exit: "the refinery takes it up, or it is withdrawn",
      deadline: "its turn: its score grows with each hour; after a failed run the end of its pause",
    },
    merging: {
      owner: "refinery",
      exit: "it is merged, refused, or queued again",
      deadline: "the time limits of its gates, and the wall-time limit of the run",
    },
    merged: { owner: "nobody", exit: "nothing undoes it", endless: "it is an end" },
    rejected: {
      owner: "nobody",
      exit: "the bead's next attempt makes a merge request of its own",
      endless: "it is an end; a merge that was on its way already is recorded all the same",
    },
  },
});

const STATE_BY_STATUS: Readonly<Record<string, MergeRequestState>> = {
  open: "queued",
  in_progress: "merging",
  closed: "merged",
  failed: "rejected",
};

/** The state that a status stands for; a status that is none of ours counts as rejected. */
export function mergeRequestState(status: string): MergeRequestState {
  return STATE_BY_STATUS[status] ?? "rejected";
}

/** The status of the bead of a merge request in this state. */
export function mergeRequestStatus(state: MergeRequestState): string {
  return { queued: "open", merging: "in_progress", merged: "closed", rejected: "failed" }[state];
}
