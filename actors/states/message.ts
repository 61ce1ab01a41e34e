/** State of a message, worked out of its bead: what happened to it is in its metadata, and it is over when it is closed. */
import type { Bead } from "../../store/schema/bead.ts";
import { readSatellite } from "../../store/schema/satellite.ts";
import { defineMachine } from "./machine.ts";

export type MessageState = "pending" | "delivered" | "read" | "acknowledged" | "dropped";

export const messageMachine = defineMachine<MessageState>({
  name: "message",
  states: ["pending", "delivered", "read", "acknowledged", "dropped"],
  initial: "pending",
  terminal: ["acknowledged", "dropped"],
  transitions: [
    { from: "pending", to: "delivered", by: ["town"], when: "the sandbox of its recipient has it" },
    { from: ["pending", "delivered"], to: "read", by: ["agent", "person"], when: "its recipient reads it" },
    {
      from: ["pending", "delivered", "read"],
      to: "acknowledged",
      by: ["agent", "person"],
      when: "its recipient acknowledges, answers or archives it",
    },
    {
      from: ["pending", "delivered", "read"],
      to: "dropped",
      by: ["town"],
      when: "it expires, or falls out of a full inbox; the sender of a task is told",
    },
  ],
  lives: {
    pending: {
      owner: "town",
      exit: "it is delivered to a run of its recipient, or read",
      deadline: "it expires at a time of its own",
    },
    delivered: {
      owner: "agent",
      exit: "its recipient reads or acknowledges it; the next run gets it again",
      deadline: "it expires at a time of its own",
    },
    read: {
      owner: "agent",
      exit: "its recipient acknowledges it",
      deadline: "it expires at a time of its own",
    },
    acknowledged: { owner: "nobody", exit: "nothing reopens it", endless: "it is an end" },
    dropped: { owner: "nobody", exit: "nothing reopens it", endless: "it is an end" },
  },
});

/** The state that the bead of a message is in. */
export function messageState(bead: Bead): MessageState {
  const message = readSatellite(bead, "message");
  if (bead.status === "closed") return message?.acknowledged_at === undefined ? "dropped" : "acknowledged";
  if (message?.read_at !== undefined) return "read";
  return message?.delivered_at === undefined ? "pending" : "delivered";
}
