/**
 * What the patrol makes of the evidence on an agent at work. Pure. Nothing is judged that is not known: a run that cannot
 * be looked at keeps the judgement of before, and whoever writes, computes or commits is alive.
 */
import type { Evidence } from "../../../agent-sandbox/protocol/control.ts";
import type { AgentStatus } from "../methods.ts";

/** Thresholds; times in minutes of the agent's own clock, which stands still while it is frozen. */
export interface PatrolLimits {
  /** From here on a silent or idle agent is nudged, ... */
  readonly nudge_min: number;
  /** ... a person is asked to look at it, ... */
  readonly triage_min: number;
  /** ... and it is stopped and its bead given out anew. */
  readonly stop_min: number;
  /** Without a commit for so long it is nudged, and looked at after twice the time; it is never stopped for that. */
  readonly stuck_min: number;
  /** The same call with the same result so often: nudge; twice as often: triage; four times: stop. */
  readonly loop: number;
}

const PATROL_LIMITS: PatrolLimits = {
  nudge_min: 15,
  triage_min: 60,
  stop_min: 120,
  stuck_min: 90,
  loop: 10,
};

type Given = { readonly [K in keyof PatrolLimits]?: number | undefined };

/** The limits of a rig: its own where it has some, else the town's, else the usual ones. */
export function limitsOf(own: Given = {}, town: Given = {}): PatrolLimits {
  const given = (limits: Given) =>
    Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
  return { ...PATROL_LIMITS, ...given(town), ...given(own) };
}

export type PatrolKind = "stale" | "idle" | "stuck" | "looping";
const TIERS = ["nudge", "triage", "stop"] as const;
type Tier = (typeof TIERS)[number];

/** What was seen of one job so far. Times are milliseconds of the agent's own clock since it got the job. */
export interface Watch {
  readonly seen: number;
  /** When it last showed a sign of life: output, processor time, a commit. */
  readonly alive: number;
  /** Since when it sits idle with work. */
  readonly idle?: number;
  readonly head?: string;
  readonly head_at: number;
  readonly cpu_ms?: number;
  readonly loop?: { readonly what: string; readonly count: number };
  /** Tier that was reached, by kind: each is acted on once. */
  readonly tiers: Readonly<Partial<Record<PatrolKind, Tier>>>;
}

/** One judgement, with its evidence in words. */
export interface PatrolFinding {
  readonly kind: PatrolKind;
  readonly tier: Tier;
  readonly text: string;
}

/** Processor time in milliseconds from which on a process counts as computing, between two looks. */
const COMPUTES_MS = 500;
const MINUTE_MS = 60_000;

/** @param active milliseconds that the agent has been at its job, frozen time left out */
export function observe(
  before: Watch | undefined,
  evidence: Evidence,
  activity: AgentStatus["activity"],
  active: number,
): Watch {
  const first = before ?? { seen: active, alive: active, head_at: active, tiers: {} };
  const wrote = Math.max(0, active - evidence.quiet_ms);
  const computes = (evidence.cpu_ms ?? 0) - (before?.cpu_ms ?? evidence.cpu_ms ?? 0) > COMPUTES_MS;
  const moved = evidence.head !== undefined && evidence.head !== first.head;
  const alive = Math.max(first.alive, wrote, computes || moved ? active : 0);
  const { idle: _idle, loop: _loop, ...rest } = first;
  const resting = activity === "idle" || activity === "waiting_for_person" || activity === "rate_limited";
  const seen: Watch = {
    ...rest,
    seen: active,
    alive,
    head_at: moved ? active : first.head_at,
    ...(evidence.head === undefined ? {} : { head: evidence.head }),
    ...(evidence.cpu_ms === undefined ? {} : { cpu_ms: evidence.cpu_ms }),
    ...(activity === "idle" ? { idle: first.idle ?? active } : {}),
    ...(evidence.loop === undefined ? {} : { loop: evidence.loop }),
  };
  // Whoever waits for a person or for his quota is not silent by choice.
  return resting && activity !== "idle" ? { ...seen, alive: active, head_at: active } : seen;
}

/** What is the matter now, with the tier that it has reached. Empty for whoever waits for a person, a quota, or a thaw. */
export function judge(
  watch: Watch,
  { activity, frozen }: Pick<AgentStatus, "activity" | "frozen">,
  limits: PatrolLimits,
): readonly PatrolFinding[] {
  if (frozen !== undefined || activity === "waiting_for_person" || activity === "rate_limited") return [];
  const minutes = (since: number): number => (watch.seen - since) / MINUTE_MS;
  const { nudge_min, triage_min, stop_min } = limits;
  const found: PatrolFinding[] = [];
  const add = (kind: PatrolKind, tier: Tier | undefined, text: string): void => {
    if (tier !== undefined) found.push({ kind, tier, text });
  };
  const quiet = minutes(watch.alive);
  const words = (count: number): string => `${Math.floor(count)} minutes`;
  if (watch.idle !== undefined) {
    const idle = minutes(watch.idle);
    add(
      "idle",
      tierOf(idle, [nudge_min, triage_min, stop_min]),
      `it has sat idle with work for ${words(idle)}`,
    );
  } else {
    add(
      "stale",
      tierOf(quiet, [nudge_min, triage_min, stop_min]),
      `no output, no processor time and no commit for ${words(quiet)}`,
    );
  }
  const still = minutes(watch.head_at);
  if (quiet < nudge_min && watch.idle === undefined) {
    add(
      "stuck",
      tierOf(still, [limits.stuck_min, 2 * limits.stuck_min]),
      `it is busy, but its branch has not moved for ${words(still)}`,
    );
  }
  const { loop } = watch;
  if (loop !== undefined) {
    const tier = tierOf(loop.count, [limits.loop, 2 * limits.loop, 4 * limits.loop]);
    add("looping", tier, `${loop.count} times in a row the same call with the same result: ${loop.what}`);
  }
  return found;
}

/** Those whose tier was not acted on yet. */
export function news(watch: Watch, findings: readonly PatrolFinding[]): readonly PatrolFinding[] {
  const rank = (tier: Tier | undefined): number => (tier === undefined ? -1 : TIERS.indexOf(tier));
  return findings.filter(({ kind, tier }) => rank(tier) > rank(watch.tiers[kind]));
}

function tierOf(value: number, marks: readonly number[]): Tier | undefined {
  const reached = marks.filter(mark => value >= mark).length;
  return reached === 0 ? undefined : TIERS[reached - 1];
}
