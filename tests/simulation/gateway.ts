/** What the gateway does with the call of an agent before the town hears of it: the token of a run that is over is refused. */
import type { ActorRef } from "../../actors/kernel/host.ts";
import { AppError } from "../../store/schema/errors.ts";
import { agentViewSchema } from "../../store/schema/views.ts";

const TOWN: ActorRef = { kind: "town", name: "demo" };

/** The run that a token was made for. */
export interface RunOfToken {
  readonly bead: string;
  readonly attempt: number;
}

/** Calls the town for an agent. @throws {AppError} stale_generation, and what the town throws */
export async function callAsAgent(
  call: (to: ActorRef, method: string, args: object) => Promise<unknown>,
  run: RunOfToken,
  by: string,
  method: string,
  args: object,
): Promise<unknown> {
  const view = agentViewSchema.parse(await call(TOWN, "agent", { by, agent: by }));
  if (view.bead !== run.bead || view.attempt !== run.attempt) {
    throw new AppError(
      "stale_generation",
      `${by} does not work on ${run.bead} (attempt ${run.attempt}) any more.`,
    );
  }
  return call(TOWN, method, { by, ...args });
}
