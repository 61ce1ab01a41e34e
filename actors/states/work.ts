/**
 * Status of a bead that is work. While the town sees it through (slung), hooked, in_progress and in_review are the
 * town's; a bead that was never slung is a plain issue, and people and agents move it about as they like.
 */
import { AppError } from "../../store/schema/errors.ts";
import { defineMachine, type Who } from "./machine.ts";

/** Statuses of work; a store may have more, which count as frozen here. */
export const WORK_STATUSES = [
  "open",
  "hooked",
  "in_progress",
  "in_review",
  "blocked",
  "deferred",
  "pinned",
  "closed",
  "failed",
] as const;
export type WorkStatus = (typeof WORK_STATUSES)[number];

const ANYBODY = ["person", "agent"] as const;

/** A bead that the town has given to an agent, or whose submission it reviews. */
export const leasedWork = defineMachine<WorkStatus>({
  name: "work under way",
  states: WORK_STATUSES,
  initial: "open",
  terminal: ["closed", "failed"],
  transitions: [
    { from: "open", to: "hooked", by: ["town"], when: "an agent is found for it" },
    { from: "hooked", to: "in_progress", by: ["town"], when: "the agent runs" },
    { from: ["hooked", "in_progress"], to: "in_review", by: ["town"], when: "the agent submits" },
    { from: ["hooked", "in_progress", "in_review"], to: "open", by: ["town"], when: "an attempt ends" },
    {
      from: ["hooked", "in_progress", "in_review"],
      to: "failed",
      by: ["town"],
      when: "attempts are used up",
    },
    { from: "in_review", to: "closed", by: ["town", "person"], when: "it is merged" },
    { from: ["hooked", "in_progress"], to: "closed", by: ["person"], when: "a person closes it" },
    {
      from: ["open", "failed"],
      to: "in_review",
      by: ["person"],
      when: "a person has its merge request tried again",
    },
    { from: ["closed", "failed"], to: "open", by: ["person"], when: "a person reopens it" },
  ],
  lives: {
    open: {
      owner: "town",
      exit: "an agent is found for it",
      endless: "it waits for a place, a blocker or a time that can be named: `gt explain` does",
    },
    hooked: {
      owner: "town",
      exit: "its agent runs",
      deadline: "20 minutes for the start of a sandbox; then the attempt has failed",
    },
    in_progress: {
      owner: "agent",
      exit: "the agent submits, or its attempt ends",
      deadline: "the wall-time limit of a run; before that the patrol, by evidence",
    },
    in_review: {
      owner: "refinery",
      exit: "its merge request is merged or refused",
      deadline: "that of the merge request",
    },
    blocked: { owner: "person", exit: "somebody opens it", endless: "a person set it aside" },
    deferred: {
      owner: "person",
      exit: "somebody opens it, or its time comes",
      endless: "a person put it off",
    },
    pinned: { owner: "person", exit: "somebody opens it", endless: "a person keeps it" },
    closed: { owner: "nobody", exit: "a person reopens it", endless: "it is an end" },
    failed: {
      owner: "person",
      exit: "a person reopens and slings it, or leaves it",
      endless: "its attempts are used up; it stands in the attention list",
    },
  },
});

/** A bead that nobody but people and agents themselves looks after. */
export const freeWork = defineMachine<WorkStatus>({
  name: "bead",
  states: WORK_STATUSES,
  initial: "open",
  terminal: ["closed", "failed"],
  transitions: [
    ...(["open", "in_progress", "blocked", "deferred", "pinned"] as const).map(to => ({
      from: ["open", "in_progress", "blocked", "deferred", "pinned"] as const,
      to,
      by: ANYBODY,
      when: "anybody says so",
    })),
    {
      from: ["open", "in_progress", "blocked", "deferred", "pinned"],
      to: "closed",
      by: ANYBODY,
      when: "done",
    },
    { from: ["open", "blocked", "deferred"], to: "failed", by: ["town"], when: "attempts are used up" },
    { from: ["closed", "failed"], to: "open", by: ["person"], when: "a person reopens it" },
  ],
  lives: {
    open: {
      owner: "person",
      exit: "somebody takes it up, or slings it",
      endless: "nobody asked the town for it",
    },
    hooked: {
      owner: "town",
      exit: "its agent runs, or it is open again",
      deadline: "at once: without an agent it is opened",
    },
    in_progress: {
      owner: "person",
      exit: "whoever has it closes or opens it",
      endless: "a person or an agent outside works on it, on a time of their own",
    },
    in_review: {
      owner: "town",
      exit: "it is open again",
      deadline: "at once: without a merge request the attempt has failed",
    },
    blocked: { owner: "person", exit: "somebody opens it", endless: "a person set it aside" },
    deferred: {
      owner: "person",
      exit: "somebody opens it, or its time comes",
      endless: "a person put it off",
    },
    pinned: { owner: "person", exit: "somebody opens it", endless: "a person keeps it" },
    closed: { owner: "nobody", exit: "a person reopens it", endless: "it is an end" },
    failed: { owner: "person", exit: "a person reopens it", endless: "its attempts are used up" },
  },
});

/** True for closed and failed. */
export function isDone(status: string): boolean {
  return status === "closed" || status === "failed";
}

/** Statuses that say: an agent of the town has it, or its submission is in review. */
export const LEASED_STATUSES: readonly WorkStatus[] = ["hooked", "in_progress", "in_review"];

/**
 * Checks a change of status by somebody's wish.
 * @throws {AppError} invalid_transition, naming from, to, who may, and what to do instead
 */
export function checkWorkTransition(bead: {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly who: Who;
  /** True when the town has given it to an agent or reviews it. */
  readonly leased: boolean;
}): void {
  const { id, from, to, who, leased } = bead;
  if (from === to) return;
  if (leased && who === "agent" && to === "closed") {
    throw new AppError("invalid_transition", `${id} is ${from}; only its merge closes it, not an agent.`, {
      hint: "Commit the work and run `gt done`; the bead closes when it is merged.",
      data: { id, from, to, who, may: leasedWork.can(from, to, "person") ? ["town", "person"] : ["town"] },
    });
  }
  const custom = !isWorkStatus(from) || !isWorkStatus(to);
  if (leased) leasedWork.check(id, from, to, who);
  // A status of the store's own making: people who defined it know what it is for.
  else if (isDone(from) || !custom) freeWork.check(id, from, to, who);
}

function isWorkStatus(status: string): status is WorkStatus {
  return WORK_STATUSES.some(known => known === status);
}
