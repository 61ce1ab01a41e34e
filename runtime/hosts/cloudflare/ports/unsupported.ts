/** Ports of a town that need processes and a disk, which workerd has not: each call is refused, with what to do instead. */
import type { Port } from "../../../../actors/kernel/host.ts";
import { AppError } from "../../../../store/schema/errors.ts";

const HINT =
  "Run the town with `gt start` on a machine of yours for this; beads go to and fro between both by sync.";

/** @param what what cannot be done here, e.g. "Agents run" */
export function notSupported(what: string): AppError {
  return new AppError("not_supported", `${what} not on Cloudflare: a Worker has no processes and no disk.`, {
    hint: HINT,
  });
}

/** The port `forge`: pull requests are of merges, which are not done here. */
export const noForge: Port = {
  async call() {
    throw notSupported("Pull requests are opened and merged");
  },
};

/** The port `sandbox`: no agent can be started. */
export const noSandboxes: Port = {
  async call() {
    throw notSupported("Agents run");
  },
};
