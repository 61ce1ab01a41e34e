/** What the scripts of simulated runs can see of the world, and the events that all of them have. */
import type { NewSandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import type { Dice } from "./dice.ts";
import type { Remotes } from "./remotes.ts";
import type { Said } from "./said.ts";

/** What a script can see of the world. */
export interface Surroundings {
  readonly remotes: Remotes;
  readonly dice: Dice;
  /** True when the remotes cannot be reached. */
  readonly partitioned: () => boolean;
  /** Ids of all work, for agents that speak of what is not theirs. */
  readonly others: () => readonly string[];
  /** A call of the town, as `gt` in the sandbox makes it. */
  readonly ask: (by: string, method: string, args: object) => Said;
}

export const STARTED: NewSandboxEvent = { type: "started", pid: 4242, isolation: "process" };

/** The last event of a run. */
export function exited(ok: boolean, reason: string, more: { error_code?: string } = {}): NewSandboxEvent {
  return { type: "exited", ok, code: ok ? 0 : 1, signal: null, reason, tail: "", ...more };
}
