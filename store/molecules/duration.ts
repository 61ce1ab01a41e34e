/** Durations as formulas and gates write them. */
import { AppError } from "../schema/errors.ts";

const UNIT_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3_600e9,
  d: 86_400e9,
};

/** Nanoseconds of `30m`, `1h30m`, `1.5h`, `2d`. @throws {AppError} invalid_argument */
export function parseDuration(text: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map(part => part[0]).join("") !== text.trim()) {
    throw new AppError("invalid_argument", `${JSON.stringify(text)} is no duration`, {
      hint: "Write it like 30m, 1h30m or 2d.",
    });
  }
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_NS[unit ?? ""] ?? 0), 0);
}
