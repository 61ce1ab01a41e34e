/** Phase of a container: one run of a sandbox after the other, each with a generation of its own. */
import { defineMachine } from "./machine.ts";

export const CONTAINER_PHASES = ["idle", "starting", "up", "stopping", "releasing"] as const;
export type ContainerPhase = (typeof CONTAINER_PHASES)[number];

export const containerMachine = defineMachine<ContainerPhase>({
  name: "container",
  states: CONTAINER_PHASES,
  initial: "idle",
  terminal: [],
  transitions: [
    { from: "idle", to: "starting", by: ["town"], when: "a run is asked for; the generation grows" },
    { from: "starting", to: "up", by: ["town"], when: "the process has its identity" },
    { from: ["starting", "up"], to: "stopping", by: ["town"], when: "it is asked to end" },
    { from: ["starting", "up", "stopping"], to: "releasing", by: ["town"], when: "its last event came" },
    {
      from: ["starting", "up", "stopping"],
      to: "idle",
      by: ["town"],
      when: "it could not start, or was lost",
    },
    { from: "releasing", to: "idle", by: ["town"], when: "its process was let go" },
  ],
  lives: {
    idle: { owner: "town", exit: "a run is asked for", endless: "there is no process" },
    starting: {
      owner: "town",
      exit: "the process answers, or could not be started",
      deadline: "20 seconds until it answers; it is looked after each minute",
    },
    up: {
      owner: "agent",
      exit: "the run ends",
      deadline: "the wall-time limit of the run; it is looked after each minute",
    },
    stopping: {
      owner: "town",
      exit: "its last event came, or it is gone",
      deadline: "the grace of the stop and 20 seconds; then it is killed",
    },
    releasing: { owner: "town", exit: "its process was let go", deadline: "5 seconds, then it is killed" },
  },
});
