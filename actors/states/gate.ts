/** State of a gate: a bead that others wait for until something has happened outside of the work. */
import type { GateView } from "../../store/schema/views.ts";
import { defineMachine } from "./machine.ts";

export const gateMachine = defineMachine<GateView["state"]>({
  name: "gate",
  states: ["idle", "waiting", "escalated", "released", "rejected"],
  initial: "idle",
  terminal: ["released", "rejected"],
  transitions: [
    { from: "idle", to: "waiting", by: ["town"], when: "something waits for it" },
    { from: "waiting", to: "escalated", by: ["town"], when: "its time is over, or it cannot be watched" },
    {
      from: ["idle", "waiting", "escalated"],
      to: "released",
      by: ["town", "person"],
      when: "what it waits for has happened, or a person approves it",
    },
    { from: ["idle", "waiting", "escalated"], to: "rejected", by: ["person"], when: "a person rejects it" },
  ],
  lives: {
    idle: {
      owner: "town",
      exit: "everything else is done that stands before what it blocks",
      endless: "nothing waits for it yet; its time begins when something does",
    },
    waiting: {
      owner: "town",
      exit: "what it waits for happens, or a person opens or rejects it",
      deadline: "its timeout: a timer opens then, any other gate is escalated",
    },
    escalated: {
      owner: "person",
      exit: "`gt gate approve` or `gt gate reject`",
      endless: "only people know; its escalation is raised again until somebody acknowledges it",
    },
    released: { owner: "nobody", exit: "nothing closes it again", endless: "it is an end" },
    rejected: {
      owner: "nobody",
      exit: "nothing opens it; reopening the bead burns it",
      endless: "it is an end",
    },
  },
});
