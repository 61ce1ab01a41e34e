/** UUIDs of version 7: unique on every machine, and in the order of their making. */

/** @param now epoch milliseconds; @param random in [0, 1) */
export function uuidV7(now: number, random: () => number): string {
  const time = Math.floor(now).toString(16).padStart(12, "0").slice(-12);
  const digits = (count: number) =>
    Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join("");
  const variant = (8 + Math.floor(random() * 4)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digits(3)}-${variant}${digits(3)}-${digits(12)}`;
}
