/** States of a molecule and of its steps, told by the status of their beads. */
import type { MoleculeView, StepView } from "../../store/schema/views.ts";
import { defineMachine } from "./machine.ts";

export const moleculeMachine = defineMachine<MoleculeView["state"]>({
  name: "molecule",
  states: ["working", "waiting", "done", "failed"],
  initial: "working",
  terminal: ["done", "failed"],
  transitions: [
    { from: "working", to: "waiting", by: ["town"], when: "every step that is left waits" },
    { from: "waiting", to: "working", by: ["town"], when: "what was waited for has happened" },
    {
      from: ["working", "waiting"],
      to: "done",
      by: ["town"],
      when: "the last step is done, or its bead is closed",
    },
    { from: ["working", "waiting"], to: "failed", by: ["town"], when: "its bead failed" },
  ],
  lives: {
    working: {
      owner: "agent",
      exit: "its steps are done, or wait, or its bead ends",
      endless: "the attempts on its bead have deadlines and a cap",
    },
    waiting: {
      owner: "town",
      exit: "the gate opens, or is rejected",
      endless: "its gates have deadlines of their own",
    },
    done: {
      owner: "nobody",
      exit: "nothing reopens it; resetting the bead burns it",
      endless: "it is an end",
    },
    failed: { owner: "nobody", exit: "reopening the bead burns it", endless: "it is an end" },
  },
});

export const stepMachine = defineMachine<StepView["state"]>({
  name: "step",
  states: ["blocked", "ready", "current", "done", "failed"],
  initial: "blocked",
  terminal: ["done", "failed"],
  transitions: [
    { from: "blocked", to: "ready", by: ["town"], when: "what it needs is done" },
    { from: ["ready", "blocked"], to: "current", by: ["town"], when: "the steps before it are done" },
    { from: ["current", "ready"], to: "done", by: ["agent", "person", "town"], when: "its worker says so" },
    { from: "blocked", to: "done", by: ["town"], when: "its bead is closed" },
    { from: ["blocked", "ready", "current"], to: "failed", by: ["town"], when: "its bead failed" },
  ],
  lives: {
    blocked: {
      owner: "town",
      exit: "the steps and gates that it needs are done",
      endless: "these have owners and deadlines of their own",
    },
    ready: {
      owner: "town",
      exit: "a worker takes it up",
      endless: "its bead is dispatched, or says why not",
    },
    current: {
      owner: "agent",
      exit: "the worker says that it is done, or cannot be done",
      endless: "the attempts on its bead have deadlines and a cap",
    },
    done: { owner: "nobody", exit: "nothing reopens it", endless: "it is an end" },
    failed: { owner: "nobody", exit: "nothing reopens it", endless: "it is an end" },
  },
});
