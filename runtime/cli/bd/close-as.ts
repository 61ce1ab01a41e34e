/** Closing a bead in favour of another: as its duplicate, or as superseded by it. */
import { AppError } from "../../../store/schema/errors.ts";
import type { Writer } from "./backend.ts";

/** Links the bead to the other and closes it. @throws {AppError} not_found, invalid_argument */
export function closeAs(
  tx: Writer,
  id: string,
  other: string,
  type: "duplicates" | "supersedes",
  reason: string,
): void {
  if (id === other)
    throw new AppError(
      "invalid_argument",
      `${id} cannot ${type === "duplicates" ? "duplicate" : "supersede"} itself`,
    );
  tx.require(other);
  const existing = tx.require(id).dependencies?.find(edge => edge.depends_on_id === other);
  if (existing !== undefined && existing.type !== type) tx.removeDependency(id, other);
  tx.addDependency(id, other, type);
  tx.close(id, reason);
}
