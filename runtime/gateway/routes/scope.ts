/** How routes find out what a request touches, so that `authorize` judges the thing and not the path. */
import { AppError } from "../../../store/schema/errors.ts";
import type { Resource } from "../auth/authorize.ts";
import type { Principal } from "../auth/principal.ts";
import { type AgentView, agentViewSchema, type BeadView, beadViewSchema } from "../contract/views.ts";
import type { RouteInput } from "./route.ts";

type BeadInput = RouteInput<{ town: string; id: string }, unknown, unknown>;

/** The bead with its full id and its rig. @throws {AppError} not_found, ambiguous */
export async function beadResource(input: BeadInput): Promise<Resource & { readonly bead: string }> {
  const view = await readBead(input);
  return { town: input.params.town, rig: view.rig, bead: view.bead.id };
}

/** What the town knows about a bead. @throws {AppError} not_found, ambiguous */
export async function readBead({ town, by, params }: BeadInput): Promise<BeadView> {
  return beadViewSchema.parse(await town("bead", { by, id: params.id }));
}

/** The rig that a list is about: agents see their own rig when they name none; the mayor's is the whole town. */
export function rigOfList(principal: Principal, rig: string | undefined): string | undefined {
  return rig ?? (principal.kind === "agent" && principal.role !== "mayor" ? principal.rig : undefined);
}

/** Names of the members of a body that were given. */
export function givenFields(body: object): string[] {
  return Object.entries(body).flatMap(([field, value]) => (value === undefined ? [] : [field]));
}

/**
 * An agent's token outlives its run; what it writes counts only while the town has that agent on that bead and attempt.
 * The mayor works on no bead: what counts is the number of its session, which its token has when a run was given it.
 * @throws {AppError} stale_generation
 */
export async function requireCurrentRun(input: RouteInput<unknown, unknown, unknown>): Promise<void> {
  const { principal, town, by } = input;
  if (principal.kind !== "agent" || (principal.role === "mayor" && principal.attempt === undefined)) return;
  const id = `${principal.rig}/${principal.agent}`;
  const view: AgentView = agentViewSchema.parse(await town("agent", { by, agent: id }));
  if (principal.role === "mayor") {
    if (view.attempt === principal.attempt) return;
    throw new AppError("stale_generation", `Session ${principal.attempt} of ${id} is over.`, {
      hint: "Stop here: another session has taken its place, or it was stopped.",
    });
  }
  if (view.bead === principal.bead && view.attempt === principal.attempt) return;
  throw new AppError(
    "stale_generation",
    `${id} does not work on ${principal.bead} (attempt ${principal.attempt}) any more.`,
    {
      hint: "Stop here: the bead was given to another attempt.",
    },
  );
}
