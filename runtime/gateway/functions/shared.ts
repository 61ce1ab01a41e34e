/** Schemas that many functions share, and what every agent is offered. */
import { z } from "zod";
import { beadSchema } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { beadViewSchema } from "../contract/views.ts";
import { type Caller, defineFunction, type FunctionRole, items } from "./function.ts";

export const beadId = z.string().min(1).max(200);
/** The bead; the caller's own when absent. */
export const ownBead = beadId.optional().describe("Id of the bead; your own when left out");
export const beadOut = beadSchema.partial().required({ id: true, title: true, status: true });
export const beadList = z.object({ items: z.array(beadOut) });
export const EVERYBODY: readonly FunctionRole[] = ["polecat", "refinery", "mayor"];
export { items };

/** The bead that is named, or the caller's own. @throws {AppError} invalid_argument */
export function beadOf(named: string | undefined, caller: Caller): string {
  const bead = named ?? caller.bead;
  if (bead !== undefined) return bead;
  throw new AppError("invalid_argument", "No bead was named.", { hint: "Give its id as `bead`." });
}

export const sharedFunctions = [
  defineFunction({
    name: "prime",
    roles: EVERYBODY,
    description:
      "What you should know and do now: your work, its current step, mail, commands. Call it first, and again after your context was cut.",
    input: z.strictObject({}),
    output: z.object({ text: z.string() }),
    route: "get /towns/:town/prime",
    command: { words: ["prime"], args: "", does: "says again what you should know and do now" },
    request: () => ({}),
    shape: text => ({ text }),
  }),
  defineFunction({
    name: "bead_show",
    roles: EVERYBODY,
    description: "Reads a bead in full: description, notes, comments, what it waits for, its merge requests.",
    input: z.strictObject({ bead: ownBead }),
    output: beadViewSchema.omit({ events: true }),
    route: "get /towns/:town/beads/:id",
    command: { words: ["show"], args: "{bead}", does: "reads a bead in full, with its comments" },
    request: ({ bead }, caller) => ({ params: { id: beadOf(bead, caller) } }),
  }),
];
