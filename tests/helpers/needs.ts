/**
 * What a test needs beyond the lock file. A tool that is missing fails its tests, unless `GASTOWN_SKIP` names it:
 * `GASTOWN_SKIP=isolation,browser,podman,agents,workerd,shells`.
 */
import { describe } from "bun:test";

export type Tool = "isolation" | "browser" | "podman" | "agents" | "workerd" | "shells";

const skipped = new Set((process.env.GASTOWN_SKIP ?? "").split(",").filter(Boolean));

/** `describe`, left out (and listed in the summary) only when `GASTOWN_SKIP` names the tool. */
export function describeWith(tool: Tool, name: string, body: () => void): void {
  if (skipped.has(tool)) describe.skip(`${name} (GASTOWN_SKIP names ${tool})`, body);
  else describe(name, body);
}
