/** Taking a bead: assignee and status in one step, or not at all. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { Writer } from "./backend.ts";

/**
 * Gives an open, free bead to the actor; again for what the actor has already changes nothing.
 * @throws {AppError} not_found, already_claimed, invalid_transition
 */
export function claim(tx: Writer, id: string, actor: string): Bead {
  const bead = tx.require(id);
  const holder = bead.assignee ?? "";
  if (holder !== "" && holder !== actor) {
    throw new AppError("already_claimed", `already claimed by ${holder}`, { hint: `bd show ${id}` });
  }
  if (bead.status === "in_progress" && holder === actor) return bead;
  if (bead.status !== "open" && !(bead.status === "hooked" && holder === actor)) {
    throw new AppError("invalid_transition", `not claimable: status ${bead.status}`);
  }
  return tx.update(id, { assignee: actor, status: "in_progress" });
}
