/**
 * The nudges that wait for one agent: rows in its actor's storage, each there until it was delivered or dropped. What was
 * given to a run that then ends without a word of it waits again.
 */
import type { Nudge } from "../../../store/schema/nudge.ts";
import type { Turn } from "../../kernel/actor.ts";
import { type NudgeState, nudgeMachine } from "../../states/nudge.ts";

const PREFIX = "nudge/";
const TIMER = "nudges";

/** Nudge with where it is. */
export interface NudgeRow {
  readonly nudge: Nudge;
  readonly state: Extract<NudgeState, "pending" | "given">;
  /** Grows with each nudge of this agent: the order in which they came. */
  readonly n: number;
  /** Generation of the run that has it. */
  readonly generation?: number;
  /** Why a run did not take it, or not yet. */
  readonly reason?: string;
}

/** How a nudge ended, as the town is told. */
export interface NudgeEnd {
  readonly nudge: Nudge;
  readonly outcome: "delivered" | "expired" | "replaced" | "crowded_out";
  /** By which way it was delivered. */
  readonly how?: "typed" | "prompt" | "prime";
  readonly reason?: string;
  /** The run that it was delivered to. */
  readonly generation?: number;
}

/** All that wait, in the order in which they came. */
export async function nudgesOf(turn: Turn): Promise<NudgeRow[]> {
  const rows = await turn.list<NudgeRow>(PREFIX);
  return rows.map(([, row]) => row).sort((a, b) => a.n - b.n);
}

/**
 * Takes a nudge in; the same one again changes nothing. One with the same key gives way to it, and beyond `cap` the
 * oldest falls out.
 * @returns what was dropped for it
 */
export async function acceptNudge(turn: Turn, nudge: Nudge, cap: number): Promise<NudgeEnd[]> {
  const rows = await nudgesOf(turn);
  if (rows.some(row => row.nudge.id === nudge.id)) return [];
  const dropped: NudgeEnd[] = [];
  const drop = (row: NudgeRow, outcome: "replaced" | "crowded_out"): void => {
    removeNudge(turn, row);
    dropped.push({ nudge: row.nudge, outcome });
  };
  const same = rows.filter(row => row.nudge.key === nudge.key);
  for (const row of same) drop(row, "replaced");
  const others = rows.filter(row => row.nudge.key !== nudge.key);
  for (const row of others.slice(0, Math.max(0, others.length - cap + 1))) drop(row, "crowded_out");
  turn.set(PREFIX + nudge.id, { nudge, state: "pending", n: (rows.at(-1)?.n ?? 0) + 1 } satisfies NudgeRow);
  return dropped;
}

/** Hands a nudge to the run of this generation. */
export function giveNudge(turn: Turn, row: NudgeRow, generation: number): void {
  nudgeMachine.check(row.nudge.id, row.state, "given", "town");
  const { nudge, n } = row;
  turn.set(PREFIX + nudge.id, { nudge, n, state: "given", generation } satisfies NudgeRow);
}

/** Takes nudges back from runs up to this generation: they wait again. */
export async function takeBackNudges(turn: Turn, generation: number): Promise<void> {
  for (const row of await nudgesOf(turn)) {
    if (row.state === "given" && (row.generation ?? 0) <= generation) waitAgain(turn, row, undefined);
  }
}

/** The run does not take it. */
export function waitAgain(turn: Turn, row: NudgeRow, reason: string | undefined): void {
  if (row.state === "given") nudgeMachine.check(row.nudge.id, row.state, "pending", "town");
  const { nudge, n } = row;
  const why = reason ?? row.reason;
  turn.set(PREFIX + nudge.id, {
    nudge,
    n,
    state: "pending",
    ...(why === undefined ? {} : { reason: why }),
  } satisfies NudgeRow);
}

export function removeNudge(turn: Turn, { nudge }: NudgeRow): void {
  turn.delete(PREFIX + nudge.id);
}

/** Drops what has expired, and arms the timer for what will. @returns what was dropped */
export async function expireNudges(turn: Turn): Promise<NudgeEnd[]> {
  const rows = await nudgesOf(turn);
  const over = rows.filter(({ nudge }) => Date.parse(nudge.expires_at) <= turn.now);
  for (const row of over) removeNudge(turn, row);
  const next = rows
    .filter(row => !over.includes(row))
    .map(({ nudge }) => Date.parse(nudge.expires_at))
    .sort((a, b) => a - b)[0];
  if (next === undefined) turn.unschedule(TIMER);
  else turn.schedule(TIMER, next, "nudgesDue");
  return over.map(({ nudge, reason }) => ({
    nudge,
    outcome: "expired" as const,
    ...(reason === undefined ? {} : { reason }),
  }));
}
