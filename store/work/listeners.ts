/** Those who watch a store. */
import type { StoreChange } from "../api.ts";
import { AppError } from "../schema/errors.ts";

export type Listeners = Set<(change: StoreChange) => void>;

/** Tells every listener; one that throws does not keep the others from hearing. */
export function tellAll(
  listeners: Listeners,
  change: StoreChange,
  report: ((error: AppError) => void) | undefined,
): void {
  for (const listener of listeners) {
    try {
      listener(change);
    } catch (error) {
      report?.(AppError.from(error));
    }
  }
}
