/** State of a nudge in its agent's actor. */
import { defineMachine } from "./machine.ts";

export type NudgeState = "pending" | "given" | "delivered" | "dropped";

export const nudgeMachine = defineMachine<NudgeState>({
  name: "nudge",
  states: ["pending", "given", "delivered", "dropped"],
  initial: "pending",
  terminal: ["delivered", "dropped"],
  transitions: [
    { from: "pending", to: "given", by: ["town"], when: "a run of the agent takes it" },
    { from: "given", to: "pending", by: ["town"], when: "the run refuses it, or ends before it came to it" },
    {
      from: ["pending", "given"],
      to: "delivered",
      by: ["town", "agent"],
      when: "the sandbox has typed it, or the agent has read it with its prime",
    },
    {
      from: ["pending", "given"],
      to: "dropped",
      by: ["town"],
      when: "it expires, a newer one takes its place, or too many wait",
    },
  ],
  lives: {
    pending: {
      owner: "town",
      exit: "a run of the agent takes it, or the agent reads it with its prime",
      deadline: "it expires at a time of its own",
    },
    given: {
      owner: "agent",
      exit: "the sandbox says that it was delivered or refused, or the run ends and it waits again",
      deadline: "it expires at a time of its own",
    },
    delivered: { owner: "nobody", exit: "nothing", endless: "it is an end, and its row is gone" },
    dropped: { owner: "nobody", exit: "nothing", endless: "it is an end, and its row is gone" },
  },
});
