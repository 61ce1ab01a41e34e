/** Days in the town's time zone. Pure. */
import { AppError } from "../../../store/schema/errors.ts";

const HOUR_MS = 3_600_000;

/** `2026-01-31` of this instant there. @param now epoch milliseconds; @throws {AppError} invalid_argument for an unknown zone */
export function dayOf(now: number, zone: string): string {
  if (zone === "UTC") return new Date(now).toISOString().slice(0, 10);
  try {
    // Canada writes dates as ISO 8601 does.
    return new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(now);
  } catch (cause) {
    throw new AppError("invalid_argument", `"${zone}" is no time zone.`, {
      hint: "Name one as Europe/Berlin or UTC.",
      cause,
    });
  }
}

/** The first instant of the next day there, epoch milliseconds; days may have 23 or 25 hours. */
export function nextDay(now: number, zone: string): number {
  const today = dayOf(now, zone);
  let low = now;
  let high = now + 26 * HOUR_MS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (dayOf(middle, zone) === today) low = middle;
    else high = middle;
  }
  return high;
}
