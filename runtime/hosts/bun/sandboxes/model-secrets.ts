/** Which of the user's secrets an agent is given: the key of its own model, and nothing else. */
import { basename } from "node:path";
import { MODEL_VARIABLES } from "../../../../agent-sandbox/protocol/model-keys.ts";
import type { SandboxSpec } from "../../../../agent-sandbox/protocol/spec.ts";

/** The variables of `env` that the driver of this run needs: by its preset, or by the name of the agent CLI that it runs. */
export function modelSecrets(
  spec: Pick<SandboxSpec, "driver">,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const names = MODEL_VARIABLES[agentName(spec.driver)] ?? [];
  return Object.fromEntries(
    names.flatMap(name => {
      const value = env[name];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
}

function agentName(driver: SandboxSpec["driver"]): string {
  switch (driver.kind) {
    case "script":
      return "";
    case "exec":
      return driver.preset;
    case "pty":
      return basename(driver.command[0] ?? "");
  }
}
