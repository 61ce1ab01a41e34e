/** State of a merge request, told by the status of its bead. */
import type { MergeRequestView } from "../../store/schema/views.ts";
import { defineMachine } from "./machine.ts";

export type MergeRequestState = MergeRequestView["state"];

/** `rejected` may still turn `merged`: what the remote has is a fact, also when nobody wanted it any more. */
export const mergeRequestMachine = defineMachine<MergeRequestState>({
  name: "merge request",
  states: ["queued", "reviewing", "merging", "proposed", "blocked", "merged", "rejected"],
  initial: "queued",
  terminal: ["merged", "rejected"],
  transitions: [
    { from: "queued", to: "reviewing", by: ["town"], when: "a reviewer looks at it first" },
    { from: "queued", to: "merging", by: ["town"], when: "the refinery takes it up" },
    {
      from: "merging",
      to: "proposed",
      by: ["town"],
      when: "it passed, and its pull request is to be merged",
    },
    {
      from: ["reviewing", "merging", "proposed", "blocked"],
      to: "queued",
      by: ["town", "person"],
      when: "approved, taken up again, or the run ended without a result",
    },
    {
      from: ["queued", "reviewing", "merging", "proposed"],
      to: "blocked",
      by: ["town", "person"],
      when: "rework has to be done first, or a person has to look",
    },
    {
      from: ["queued", "reviewing", "merging", "proposed", "blocked", "rejected"],
      to: "merged",
      by: ["town"],
      when: "it is in the target branch",
    },
    {
      from: ["queued", "reviewing", "merging", "proposed", "blocked"],
      to: "rejected",
      by: ["town", "person"],
      when: "conflict, failed gate, turned down, or withdrawn",
    },
    { from: "rejected", to: "queued", by: ["person"], when: "a person has it tried again" },
  ],
  lives: {
    queued: {
      owner: "refinery",
      exit: "the refinery takes it up, or it is withdrawn",
      deadline:
        "its turn: after the rig's longest wait it goes first; after a failed run the end of its pause",
    },
    reviewing: {
      owner: "agent",
      exit: "the reviewer gives a verdict, or ends without one",
      deadline: "the rig's time limit for a review, then the run counts as one without a verdict",
    },
    merging: {
      owner: "refinery",
      exit: "it is merged, refused, or queued again",
      deadline: "the time limits of its gates, and the wall-time limit of the run",
    },
    proposed: {
      owner: "town",
      exit: "its pull request is merged, closed, or sent back",
      deadline: "the next look at the pull request",
    },
    blocked: {
      owner: "person",
      exit: "its rework is done, or a person decides",
      endless: "it waits for a bead with attempts of its own, or for a person, who is asked by an escalation",
    },
    merged: { owner: "nobody", exit: "nothing undoes it", endless: "it is an end" },
    rejected: {
      owner: "nobody",
      exit: "the bead's next attempt makes a merge request of its own",
      endless:
        "it is an end, unless a person has it tried again; a merge that was on its way already is recorded all the same",
    },
  },
});

/** Statuses of the beads of merge requests that are not at their end. */
export const LIVE_MERGE_STATUSES: readonly string[] = [
  "open",
  "hooked",
  "in_progress",
  "in_review",
  "blocked",
];

const STATE_BY_STATUS: Readonly<Record<string, MergeRequestState>> = {
  open: "queued",
  hooked: "reviewing",
  in_review: "proposed",
  blocked: "blocked",
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
  return {
    queued: "open",
    reviewing: "hooked",
    merging: "in_progress",
    proposed: "in_review",
    blocked: "blocked",
    merged: "closed",
    rejected: "failed",
  }[state];
}
