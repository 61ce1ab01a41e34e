/** One run of a sandbox, as its container knows it, and the spec that it is started with. */
import type { SandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import { type SandboxSpec, sandboxSpecSchema } from "../../agent-sandbox/protocol/spec.ts";
import type { Assignment } from "../agent/methods.ts";
import { tail } from "../agent/prompts/data.ts";
import type { TownPaths } from "../ports.ts";
import type { ContainerPhase } from "../states/container.ts";

/** Stored by the container; `generation` stays when the run is over. */
export interface ContainerState {
  readonly v: 1;
  readonly phase: ContainerPhase;
  /** RFC 3339, of the phase. */
  readonly since: string;
  readonly generation: number;
  readonly run_id: string;
  readonly dir: string;
  readonly socket: string;
  /** Number of the last event that was taken in. */
  readonly last_seq: number;
  /** Job of the run, for those who look. */
  readonly job: string;
  /** How often in a row nobody was there when looked after. */
  readonly misses: number;
  /** What runs is to stand still. */
  readonly frozen?: boolean;
}

/** What a container says of itself. */
export type ContainerInfo = Omit<ContainerState, "v" | "misses">;

/** A run that is to start when the one before is gone. */
export interface PendingRun {
  readonly generation: number;
  readonly assignment: Assignment;
}

/** A container that never ran. */
export function newContainer(now: string): ContainerState {
  return {
    v: 1,
    phase: "idle",
    since: now,
    generation: 0,
    run_id: "",
    dir: "",
    socket: "",
    last_seq: 0,
    job: "",
    misses: 0,
  };
}

/** Where a container stands: its town, its agent, and where things lie. */
export interface ContainerPlace {
  /** Name of the container, `<town>/<rig>/<agent>`. */
  readonly container: string;
  readonly town: string;
  readonly rig: string;
  readonly agent: string;
  readonly paths: TownPaths;
}

/** What the sandbox process is told. @throws {ZodError} when the assignment does not make a spec */
export function sandboxSpec(place: ContainerPlace, run: PendingRun, runId: string): SandboxSpec {
  const { container, town, rig, agent, paths } = place;
  const { generation, assignment } = run;
  const { role, job, driver, isolation, isolation_waived, allow_hosts } = assignment;
  return sandboxSpecSchema.parse({
    v: 1,
    run_id: runId,
    town,
    container,
    generation,
    agent: { name: agent, role, rig },
    job,
    driver,
    isolation,
    isolation_waived,
    allow_hosts,
    dir: paths.runDir(rig, agent, generation),
    socket: paths.socket(container, generation),
    home: paths.home(rig, agent),
    hidden: [paths.root],
  });
}

const MAX_OUTPUT_CHARS = 12_000;
const MAX_FILES = 100;

/** The event with the ends of its long texts only, so that it fits into a message. */
export function trimEvent(event: SandboxEvent): SandboxEvent {
  switch (event.type) {
    case "gate":
      return { ...event, output: tail(event.output, MAX_OUTPUT_CHARS) };
    case "exited":
      return { ...event, reason: event.reason.slice(0, 2_000), tail: tail(event.tail, MAX_OUTPUT_CHARS) };
    case "merge_result": {
      const { result } = event;
      if (result.kind === "merged" || result.kind === "tested" || result.kind === "dropped") return event;
      if (result.kind === "error") {
        return { ...event, result: { ...result, message: tail(result.message, MAX_OUTPUT_CHARS) } };
      }
      const output = tail(result.output, MAX_OUTPUT_CHARS);
      if (result.kind !== "conflict") return { ...event, result: { ...result, output } };
      return { ...event, result: { ...result, output, files: result.files.slice(0, MAX_FILES) } };
    }
    default:
      return event;
  }
}
