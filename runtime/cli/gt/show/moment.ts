/** A moment as people want it: when it is, and how far away. */

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** `2026-01-01 00:00:30 UTC (in 30 s)`; the text itself when it is no time. @param now epoch milliseconds */
export function moment(at: string, now: number): string {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return at;
  const distance = time - now;
  const [unit, size] = UNITS.find(([, ms]) => Math.abs(distance) >= ms) ?? (["s", 1_000] as const);
  const count = Math.round(Math.abs(distance) / size);
  const words = distance >= 0 ? `in ${count} ${unit}` : `${count} ${unit} ago`;
  return `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC (${words})`;
}
