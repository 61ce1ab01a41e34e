/** The merge slot: one bead per store that one holder at a time can have. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { Writer } from "./backend.ts";

/** Id of the slot of a store. */
export function slotId(prefix: string): string {
  return `${prefix}-merge-slot`;
}

/** Who has it, and who waits in order. */
export function slotState(slot: Bead): {
  readonly holder: string | null;
  readonly waiters: readonly string[];
} {
  const held = slot.status === "in_progress" ? slot.metadata?.holder : undefined;
  const waiters = slot.metadata?.waiters;
  return {
    holder: typeof held === "string" && held !== "" ? held : null,
    waiters: Array.isArray(waiters) ? waiters.filter(name => typeof name === "string") : [],
  };
}

/** The slot. @throws {AppError} not_found */
export function requireSlot(tx: Pick<Writer, "get">, id: string): Bead {
  const slot = tx.get(id);
  if (slot === undefined) {
    throw new AppError("not_found", `merge slot not found: ${id}`, {
      hint: "bd merge-slot create makes it.",
    });
  }
  return slot;
}
