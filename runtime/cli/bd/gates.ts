/** Gates: beads that block others until a condition holds. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { BdContext } from "./context.ts";
import { requireBead } from "./ids.ts";

export const GATE_TYPES = ["human", "timer", "gh:run", "gh:pr", "bead", "mail"] as const;

/** The bead, which must be a gate. @throws {AppError} not_found, invalid_argument */
export async function requireGate(ctx: BdContext, word: string): Promise<Bead> {
  const bead = await requireBead(ctx, word);
  if (bead.issue_type !== "gate")
    throw new AppError("invalid_argument", `${bead.id} is not a gate issue (type=${bead.issue_type})`);
  return bead;
}
