/** What the actors are given by whoever composes them. */
import type { TownPaths } from "./ports.ts";

export interface ActorDeps {
  /** Layout of a town's folder. */
  paths(town: string): TownPaths;
  /** Version of the program, for people. */
  readonly version: string;
  /** Formulas of the town's own; without it there are those that come with the program. */
  readonly formulas?: FormulaFiles;
}

/** Formula files of a town, read when they are asked for, so that a change counts at once. */
export interface FormulaFiles {
  /** Names, in no order. */
  names(town: string): readonly string[];
  /** Text and path of one; undefined when there is none of that name. @throws {AppError} storage_io */
  read(town: string, name: string): { readonly text: string; readonly source: string } | undefined;
}
