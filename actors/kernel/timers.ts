/** The named timers of an actor: rows in its storage, many of them over the host's one alarm. */
import type { Host } from "./host.ts";

/** Stored at `$timer/<id>`. */
export interface Timer {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly method: string;
  readonly args?: unknown;
  /** Failures since it was armed. */
  readonly strikes?: number;
  /** Given up: it stays visible and fires no more until it is armed again. */
  readonly parked?: string;
}

/** Timers by id. */
export type Timers = ReadonlyMap<string, Timer>;

const PREFIX = "$timer/";

/** Key under which the timer is stored. */
export function timerKey(id: string): string {
  return PREFIX + id;
}

/** All timers of the actor, as stored. */
export async function loadTimers(host: Host): Promise<Map<string, Timer>> {
  const rows = await host.list(PREFIX);
  return new Map(rows.map(([key, text]) => [key.slice(PREFIX.length), JSON.parse(text)]));
}

/** Those that are due, the longest overdue first. */
export function dueTimers(timers: Timers, now: number): string[] {
  return [...timers]
    .filter(([, timer]) => timer.parked === undefined && timer.at <= now)
    .sort(([, a], [, b]) => a.at - b.at)
    .map(([id]) => id);
}

/** When the next one is due, null when none is armed. */
export function nextTimer(timers: Timers): number | null {
  let next: number | null = null;
  for (const { at, parked } of timers.values()) {
    if (parked === undefined && (next === null || at < next)) next = at;
  }
  return next;
}

/** True when arming `wanted` would change nothing. */
export function sameTimer(stored: Timer, wanted: Timer): boolean {
  return (
    stored.at === wanted.at &&
    stored.method === wanted.method &&
    stored.strikes === undefined &&
    stored.parked === undefined &&
    JSON.stringify(stored.args) === JSON.stringify(wanted.args)
  );
}
