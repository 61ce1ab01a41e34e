/** State of an escalation, kept as the status of its bead. */
import { defineMachine } from "./machine.ts";

export type EscalationState = "raised" | "acknowledged" | "resolved";

export const escalationMachine = defineMachine<EscalationState>({
  name: "escalation",
  states: ["raised", "acknowledged", "resolved"],
  initial: "raised",
  terminal: ["resolved"],
  transitions: [
    { from: "raised", to: "acknowledged", by: ["person"], when: "somebody takes it in hand" },
    {
      from: ["raised", "acknowledged"],
      to: "resolved",
      by: ["person", "town"],
      when: "it is settled, or what it was about is over",
    },
  ],
  lives: {
    raised: {
      // People are asked; but it is the town that sees to it that somebody hears.
      owner: "town",
      exit: "somebody acknowledges or resolves it, or what it was about is over",
      deadline: "it is raised again with the next severity, as often as the town's settings say",
    },
    acknowledged: {
      owner: "person",
      exit: "whoever has it in hand resolves it, or what it was about is over",
      endless: "somebody has it in hand; it stands in the attention list until then",
    },
    resolved: {
      owner: "nobody",
      exit: "nothing reopens it; the same cause raises a new one",
      endless: "it is an end",
    },
  },
});

const STATUS = { raised: "open", acknowledged: "in_progress", resolved: "closed" } as const;

/** Status of the bead of an escalation in this state. */
export function escalationStatus(state: EscalationState): string {
  return STATUS[state];
}

/** State by the status of the bead; a status that we never write counts as raised, so that nobody overlooks it. */
export function escalationState(status: string): EscalationState {
  if (status === "closed") return "resolved";
  return status === "in_progress" ? "acknowledged" : "raised";
}
