/** What the actors are given by whoever composes them. */
import type { TownPaths } from "./ports.ts";

export interface ActorDeps {
  /** Layout of a town's folder. */
  paths(town: string): TownPaths;
  /** Version of the program, for people. */
  readonly version: string;
}
