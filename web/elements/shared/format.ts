/** How long ago or how long, in at most four characters: `now`, `42s`, `7m`, `3h`, `12d`. */
export function age(fromMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - fromMs) / 1_000));
  if (seconds < 3) return "now";
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** An instant in the reader's own words, for a tooltip or a detail. */
export function moment(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** The first ten characters of a commit id. */
export function shortCommit(oid: string): string {
  return oid.slice(0, 10);
}

/** `1 bead`, `2 beads`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The last part of an agent id: `sample/toast` is `toast`. */
export function agentName(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}
