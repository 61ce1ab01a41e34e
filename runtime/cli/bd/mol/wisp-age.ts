/** How long wisps live. */
import type { Bead } from "../../../../store/schema/bead.ts";

const HOUR_MS = 3_600_000;
/** Time to live by `wisp_type`; others live for a day. */
const LIFE_MS: Readonly<Record<string, number>> = {
  heartbeat: 6 * HOUR_MS,
  ping: 6 * HOUR_MS,
  patrol: 24 * HOUR_MS,
  gc_report: 24 * HOUR_MS,
  recovery: 168 * HOUR_MS,
  error: 168 * HOUR_MS,
  escalation: 168 * HOUR_MS,
};

/** True when the wisp has not changed for longer than its type lives, or than `ageMs` when given. */
export function isOldWisp(bead: Bead, now: number, ageMs?: number): boolean {
  const life = ageMs ?? LIFE_MS[bead.wisp_type ?? ""] ?? 24 * HOUR_MS;
  return now - Date.parse(bead.updated_at) > life;
}
