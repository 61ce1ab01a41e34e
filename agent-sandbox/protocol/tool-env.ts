/** What the town's MCP server (`gt mcp`) has to be told when an agent CLI starts it. */
import { AGENT_ENV } from "./control.ts";

/** Besides the agent's own: how a command in the sandbox reaches the relay, and where programs are. */
const VARIABLES = [...Object.values(AGENT_ENV), "GASTOWN_PROXY", "PATH", "HOME"];

/** Names alone, for programs that are told which variables to hand on. */
export const TOOL_VARIABLES: readonly string[] = VARIABLES;
/** A call may wait for a gateway that is away, or run the gates: longer than programs wait by themselves. */
export const TOOL_TIMEOUT_MS = 660_000;

/** Each variable as a reference to itself, e.g. `${GASTOWN_API}`: no secret is written into a file. */
export function toolEnv(before: string, after: string): Record<string, string> {
  return Object.fromEntries(VARIABLES.map(name => [name, before + name + after]));
}
