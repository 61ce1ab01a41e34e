/** The plan of a seed: small towns with a few kinds of trouble each, and some with everything at once. */
import { Dice } from "./dice.ts";
import { featuresOf } from "./features.ts";
import {
  type ForgeDeed,
  type MergeWord,
  PERSON_ACTS,
  type PlannedBead,
  type PlannedEvent,
  type PlannedRig,
  type SimPlan,
  type WorkWord,
} from "./plan.ts";

const MINUTE = 60_000;

/** How often agents do what, in an attempt that does not just go well. */
const WORK: Readonly<Record<WorkWord, number>> = {
  submit: 4,
  slow: 3,
  crash: 3,
  die: 3,
  forget: 2,
  lie: 2,
  empty: 2,
  stranger: 2,
  twice: 2,
  late: 2,
  silent: 1,
  loop: 1,
  limited: 1,
  waits: 1,
  missing: 0.4,
  refused: 1,
  greedy: 1,
  chatty: 1,
  leftover: 2,
  spends: 2,
  asks: 1,
  skips: 0.5,
};

const MERGES: Readonly<Record<MergeWord, number>> = {
  merged: 3,
  slow: 2,
  conflict: 3,
  gate: 3,
  raced: 2,
  error: 2,
  "die-before": 2,
  "die-after": 2,
  silent: 1,
};

const RIGS = [
  { name: "sample", prefix: "sa" },
  { name: "other", prefix: "ot" },
  { name: "third", prefix: "th" },
] as const;

const DEEDS: readonly [ForgeDeed, ...ForgeDeed[]] = [
  "pending",
  "failed",
  "changes",
  "conflict",
  "push",
  "close",
  "merge",
  "green",
];

type Trouble = Exclude<PlannedEvent["kind"], "person">;
const TROUBLES: readonly [Trouble, ...Trouble[]] = [
  "crash",
  "kill",
  "zombie",
  "clock",
  "disk",
  "network",
  "partition",
  "ports",
  "foreign",
  "pull",
  "forge",
];

/** How much a plan has of everything: `small` towns are for a thousand of them within minutes. */
export type PlanSize = "full" | "small";

interface Measure {
  /** Minutes after which nothing befalls it any more. */
  readonly quiet: readonly [number, ...number[]];
  /** Beads, at most. */
  readonly beads: number;
  /** Times of one trouble, at most; and of those that come in numbers. */
  readonly times: readonly [number, number];
  readonly acts: readonly [number, ...number[]];
}

const MEASURES: Readonly<Record<PlanSize, Measure>> = {
  full: { quiet: [20, 60, 180, 480], beads: 10, times: [4, 8], acts: [0, 4, 12, 30] },
  small: { quiet: [10, 20, 60], beads: 4, times: [2, 3], acts: [0, 2, 6] },
};

/** Pure: the same seed and size make the same plan. */
export function makePlan(seed: number, size: PlanSize = "full"): SimPlan {
  const measure = MEASURES[size];
  const dice = new Dice(seed, 0);
  const quietAt = dice.pick(measure.quiet) * MINUTE;
  const features = featuresOf(new Dice(seed, 4));
  const rigs = RIGS.slice(0, dice.weighted({ "1": 3, "2": 3, "3": 1 }) === "1" ? 1 : dice.int(2, 3)).map(
    (rig): PlannedRig => ({ ...rig, maxPolecats: dice.int(1, 4), settings: features.settings() }),
  );
  const beads = Array.from({ length: dice.int(2, measure.beads) }, (_, i) => ({
    ...makeBead(dice, rigs.length, i),
    ...features.bead(),
  }));
  const kinds = TROUBLES.filter(() => dice.chance(0.35));
  const events: PlannedEvent[] = [];
  for (const kind of kinds) {
    const many = kind === "crash" || kind === "pull";
    const times = dice.int(1, measure.times[many ? 1 : 0]);
    for (let i = 0; i < times; i++) events.push(trouble(dice, kind, quietAt));
  }
  const acts = dice.pick(measure.acts);
  for (let i = 0; i < acts; i++) {
    events.push({
      kind: "person",
      at: moment(dice, quietAt),
      act: dice.weighted(PERSON_ACTS),
      draws: draws(dice),
    });
  }
  const evictAlways = dice.chance(0.2);
  events.sort((a, b) => a.at - b.at);
  return {
    seed,
    size,
    // SAFETY: at least one was taken.
    rigs: rigs as unknown as SimPlan["rigs"],
    maxPolecats: dice.pick([1, 3, 8]),
    evictAlways,
    twice: dice.chance(0.2),
    beads,
    budgets: features.budgets,
    convoyMode: features.convoyMode,
    // That the clock was set back is noticed by whoever remembers the time before.
    events: evictAlways ? events.filter(event => event.kind !== "clock" || event.byMs > 0) : events,
    quietAt,
  };
}

/** The way of a bead that somebody files in the midst of things. */
export function makeBead(dice: Dice, rigs: number, index: number): PlannedBead {
  const bad = dice.pick([0, 0, 1, 2, 3, 6]);
  return {
    rig: dice.int(0, rigs - 1),
    priority: dice.int(0, 4),
    work: Array.from({ length: bad }, () => dice.weighted(WORK)),
    merges: Array.from({ length: dice.pick([0, 0, 1, 3]) }, () => dice.weighted(MERGES)),
    needs: index > 0 && dice.chance(0.3) ? [dice.int(0, index - 1)] : [],
    reviews: [],
  };
}

function trouble(dice: Dice, kind: Trouble, quietAt: number): PlannedEvent {
  const at = moment(dice, quietAt);
  const forMs = Math.min(dice.pick([5_000, MINUTE, 10 * MINUTE, 40 * MINUTE]), Math.max(1_000, quietAt - at));
  switch (kind) {
    case "crash":
      return { kind, at, points: dice.int(1, 60), downMs: dice.pick([0, 0, 500, 30_000, 20 * MINUTE]) };
    case "kill":
      return { kind, at, draw: dice.random() };
    case "zombie":
    case "foreign":
      return { kind, at, draws: draws(dice) };
    case "clock":
      return {
        kind,
        at,
        byMs: dice.pick([-3_600_000, -90_000, -1_000, 1_000, 90_000, 3_600_000, 86_400_000]),
      };
    case "disk":
      return { kind, at, forMs: Math.min(forMs, 10 * MINUTE), p: dice.pick([0.05, 0.3, 1]) };
    case "network":
      return { kind, at, forMs, p: dice.pick([0.1, 0.4, 0.8]), delayMs: dice.pick([10, 2_000, 120_000]) };
    case "partition":
      return { kind, at, forMs };
    case "pull":
      return { kind, at, deed: dice.pick(DEEDS), draw: dice.random() };
    case "forge":
      return { kind, at, forMs, p: dice.pick([0.3, 1]) };
    case "ports":
      return { kind, at, forMs, p: dice.pick([0.2, 0.6, 1]) };
    default:
      return kind satisfies never;
  }
}

/** Mostly while there is work under way, which is early. */
function moment(dice: Dice, quietAt: number): number {
  return dice.chance(0.65) ? dice.int(0, Math.min(quietAt, 6 * MINUTE)) : dice.int(0, quietAt);
}

function draws(dice: Dice): number[] {
  return [dice.random(), dice.random(), dice.random()];
}
