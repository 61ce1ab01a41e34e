/** A simulation as its parts see it: what befalls a town, what is checked of it, and how it comes to rest. */
import type { TestTown } from "../town/test-town.ts";
import type { Asked } from "./asked.ts";
import type { People } from "./people.ts";
import type { SimPlan } from "./plan.ts";
import type { Points } from "./points.ts";
import type { Remotes } from "./remotes.ts";
import type { Watcher } from "./watcher.ts";
import type { Weather } from "./weather.ts";
import type { Wishes } from "./wishes.ts";

export interface Sim {
  readonly plan: SimPlan;
  readonly town: TestTown;
  readonly remotes: Remotes;
  readonly watcher: Watcher;
  readonly wishes: Wishes;
  readonly people: People;
  readonly points: Points;
  readonly weather: Weather;
  /** Beads that somebody else wrote to. */
  readonly foreign: Set<string>;
  /** What does not hold; the simulation ends with the step that finds something. */
  readonly violations: string[];
  /** Calls that were not answered yet. */
  readonly pending: number;
  /** True while the host is dead. */
  readonly down: boolean;
  /** Adds a line to the trace. */
  say(line: string): void;
  /** Ids of all work. */
  work(): string[];
  /** Asks the town something; its answer is waited for as long as the town lives. */
  ask(asked: Asked): void;
  /** Lets one thing that is due by then (in time that passes) happen; false when nothing was. */
  step(until: number): Promise<boolean>;
  /** Ends a step, with the checks. */
  checked(what: string): Promise<void>;
  /** Starts the host again when its time has come, or at once. */
  revive(now?: boolean): Promise<void>;
  /** The host dies at the n-th moment from now, and stays away for a while. */
  armCrash(points: number, downMs: number): void;
}
