/** Which variables of the town's environment an agent is given: its model's, and those that the user names. */
import { MODEL_VARIABLES } from "../../agent-sandbox/protocol/model-keys.ts";
import type { SandboxSpec } from "../../agent-sandbox/protocol/spec.ts";

/** Names, separated by commas, of more variables for agents that a model or a command drives. */
export const AGENT_ENV_VARIABLE = "GASTOWN_AGENT_ENV";

/** Scripts and merges get none: they need none, and merges run code that an agent wrote. */
export function agentSecrets(
  spec: Pick<SandboxSpec, "job" | "driver">,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  if (spec.job.kind === "merge" || spec.driver.kind === "script") return {};
  const own = spec.driver.kind === "exec" ? (MODEL_VARIABLES[spec.driver.preset] ?? []) : [];
  const named = (env[AGENT_ENV_VARIABLE] ?? "").split(",").map(name => name.trim());
  return Object.fromEntries(
    [...own, ...named].flatMap(name => {
      const value = env[name];
      return name === "" || value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
}
