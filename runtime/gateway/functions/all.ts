/** The table of functions that agents call. What is not in it, no prompt and no MCP client is told of. */
import type { AgentFunction, FunctionRole } from "./function.ts";
import { mailFunctions } from "./mail.ts";
import { moreMailFunctions } from "./mail-more.ts";
import { mayorFunctions } from "./mayor.ts";
import { peopleTownFunctions } from "./people-town.ts";
import { peopleWorkFunctions } from "./people-work.ts";
import { polecatFunctions } from "./polecat.ts";
import { refineryFunctions } from "./refinery.ts";
import { sharedFunctions } from "./shared.ts";
import { uiFunctions } from "./ui.ts";

export const FUNCTIONS: readonly AgentFunction[] = [
  ...sharedFunctions,
  ...polecatFunctions,
  ...refineryFunctions,
  ...mailFunctions,
  ...moreMailFunctions,
  ...mayorFunctions,
  ...uiFunctions,
  ...peopleTownFunctions,
  ...peopleWorkFunctions,
];

/** What is offered to a role. */
export function functionsFor(role: FunctionRole): readonly AgentFunction[] {
  return FUNCTIONS.filter(fn => fn.roles.includes(role) || (role === "person" && fn.roles.includes("mayor")));
}

/** The role by which functions are offered to an agent. Others (witness, crew) are offered what a polecat is. */
export function functionRole(role: string): FunctionRole {
  return role === "mayor" || role === "refinery" ? role : "polecat";
}
