/** Stamps of a hybrid logical clock, and the `_clock` map of a bead that holds them. */
import type { Stamp } from "../schema/bead.ts";
import { compareText, isFields } from "./json.ts";

/** Stamps by clock key: `field`, or `field/entry` where a field merges per entry. */
export type Clock = ReadonlyMap<string, Stamp>;

/** Order of stamps by time, counter, actor. `undefined`, for what was never written, is the smallest. */
export function compareStamps(a: Stamp | undefined, b: Stamp | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return a[0] - b[0] || a[1] - b[1] || compareText(a[2], b[2]);
}

/** The later of two stamps. */
export function laterStamp(a: Stamp, b: Stamp): Stamp;
export function laterStamp(a: Stamp | undefined, b: Stamp | undefined): Stamp | undefined;
export function laterStamp(a: Stamp | undefined, b: Stamp | undefined): Stamp | undefined {
  return compareStamps(a, b) >= 0 ? a : b;
}

/** The smallest stamp of the same actor behind this one. */
export function stampAfter(stamp: Stamp): Stamp {
  return [stamp[0], stamp[1] + 1, stamp[2]];
}

/** The stamp that an instant stands for where none was written. */
export function stampOfInstant(instant: unknown): Stamp {
  return [epochMs(instant), 0, ""];
}

/** Epoch milliseconds of an RFC 3339 instant; 0 for anything else. */
export function epochMs(instant: unknown): number {
  const ms = typeof instant === "string" ? Date.parse(instant) : Number.NaN;
  return Number.isFinite(ms) && ms > 0 ? Math.floor(ms) : 0;
}

/** The valid entries of a `_clock` value; undefined when there is no such map at all. */
export function readClock(value: unknown): Map<string, Stamp> | undefined {
  if (!isFields(value)) return undefined;
  const clock = new Map<string, Stamp>();
  for (const [key, entry] of Object.entries(value)) {
    const stamp = toStamp(entry);
    if (stamp !== undefined) clock.set(key, stamp);
  }
  return clock;
}

function toStamp(value: unknown): Stamp | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const [ms, counter, actor] = value;
  if (!isCount(ms) || !isCount(counter) || typeof actor !== "string") return undefined;
  return [ms, counter, actor];
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
