/** State of an agent: what its actor is about to do with its sandbox. What the agent itself does is its `activity`. */
import type { AgentView } from "../../store/schema/views.ts";
import { defineMachine } from "./machine.ts";

export type AgentState = AgentView["state"];

export const agentMachine = defineMachine<AgentState>({
  name: "agent",
  states: ["idle", "starting", "working", "stopping", "backoff", "given_up"],
  initial: "idle",
  terminal: [],
  transitions: [
    {
      from: ["idle", "backoff", "given_up"],
      to: "starting",
      by: ["town"],
      when: "it is given work, or tries again",
    },
    { from: "starting", to: "working", by: ["town"], when: "its sandbox has started" },
    { from: ["starting", "working"], to: "backoff", by: ["town"], when: "its sandbox was lost" },
    { from: ["starting", "working"], to: "stopping", by: ["town", "person"], when: "it is stopped" },
    {
      from: ["starting", "working", "stopping", "backoff", "given_up"],
      to: "idle",
      by: ["town", "person"],
      when: "its run is over and let go",
    },
    {
      from: ["starting", "working", "backoff"],
      to: "given_up",
      by: ["town"],
      when: "it cannot be started at all",
    },
  ],
  lives: {
    idle: {
      owner: "town",
      exit: "it is given work",
      endless: "nothing runs and nothing is spent while nobody needs it",
    },
    starting: {
      owner: "town",
      exit: "its sandbox is up, or is given up",
      deadline: "20 minutes for repository, worktree and process; then it counts as lost",
    },
    working: {
      owner: "agent",
      exit: "it submits, ends, or is stopped",
      deadline: "the wall-time limit of a run; before that the patrol, by evidence",
    },
    stopping: { owner: "town", exit: "its process is gone", deadline: "30 seconds, then it is killed" },
    backoff: { owner: "town", exit: "it is started again", deadline: "the end of the back-off" },
    given_up: {
      owner: "town",
      exit: "its job is taken from it, and the next one is tried anew",
      deadline: "at once: the attempt has failed",
    },
  },
});
