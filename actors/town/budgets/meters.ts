/** Every budget of the town with what was used of it: what the rules look at. */
import type { Bead } from "../../../store/schema/bead.ts";
import {
  type Budget,
  type BudgetView,
  LIMIT_KINDS,
  type Limits,
  type Meter,
  type Usage,
} from "../../../store/schema/budget.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import { type AgentRecord, activeMs } from "../agents/record.ts";
import { memberIds } from "../convoys/members.ts";
import { TOWN_BEAD } from "../kinds.ts";
import type { TownTurn } from "../town-turn.ts";
import { dayOf, nextDay } from "./days.ts";
import { byRig, today, zoneOf } from "./ledger.ts";
import { amount, more, NO_USAGE, ofWork, sum } from "./usage.ts";

/** A budget, what it covers, and how far it is used up. */
export interface Gauge {
  /** Bead that holds it. */
  readonly bead: string;
  /** As people name it: a bead, a convoy, a rig, or `town`. */
  readonly id: string;
  readonly scope: BudgetView["scope"];
  readonly budget: Budget;
  readonly meters: readonly Meter[];
  /** Beads that it covers; undefined for those of a rig or of all. */
  readonly covers: ReadonlySet<string> | undefined;
  /** Agents that use it up now. */
  readonly running: readonly string[];
  /** When its day ends, epoch milliseconds. */
  readonly resetsAt: number | undefined;
}

/** True when the budget covers this bead. */
export function covers(gauge: Gauge, bead: string, rig: string): boolean {
  if (gauge.scope === "town") return true;
  return gauge.scope === "rig" ? gauge.id === rig : gauge.covers?.has(bead) === true;
}

/** Limits that are used up. An attempt under way was begun within the limit: `attempts` keeps only new ones from starting. */
export function exceeded(gauge: Gauge, underway: boolean): readonly Meter[] {
  return gauge.meters.filter(({ kind, used, limit }) => used >= limit && !(underway && kind === "attempts"));
}

/** What an agent's present attempt used so far. */
export function liveUsage(record: AgentRecord, now: number): Usage {
  const told = record.told?.usage ?? NO_USAGE;
  if (record.told?.kind === "session") return { ...told, wall_s: 0, attempts: 0 };
  return { ...told, wall_s: Math.round(activeMs(record, now) / 1_000), attempts: 1 };
}

/** All budgets. A town without any costs one look at its settings. */
export function gauges(ctx: TownTurn): Gauge[] {
  const { budgeted = [] } = ctx.settings;
  if (budgeted.length === 0) return [];
  const running = [...ctx.agents.values()].filter(({ told }) => told?.kind === "work");
  // A session spends tokens and money; that it is there is neither work nor an attempt.
  const spending = [...ctx.agents.values()].filter(({ told }) => told?.kind === "session");
  const book = today(ctx);
  const day = dayOf(ctx.now, zoneOf(ctx));
  const live = new Map([...running, ...spending].map(record => [record.id, liveUsage(record, ctx.now)]));
  const unbooked = (record: AgentRecord): Usage => {
    const key = `${record.told?.job}#${record.told?.attempt}`;
    return more(live.get(record.id) ?? NO_USAGE, book.bookings[key]?.upto ?? NO_USAGE);
  };
  const used = (rig: string | undefined, all: boolean): Usage =>
    sum([
      ...Object.entries(byRig(book.day === day ? book : { ...book, bookings: {}, folded: {} }, all))
        .filter(([name]) => rig === undefined || name === rig)
        .map(([, usage]) => usage),
      ...[...running, ...spending].filter(record => rig === undefined || record.rig === rig).map(unbooked),
    ]);
  const ofBead = (bead: Bead | undefined): Usage => {
    const work = bead && readSatellite(bead, "work");
    if (bead === undefined || work === undefined) return NO_USAGE;
    const worker = running.find(({ told }) => told?.job === bead.id && told.attempt === work.attempt);
    return ofWork(work, worker && live.get(worker.id));
  };

  return budgeted.flatMap((id): Gauge[] => {
    const bead = ctx.tx.get(id);
    const budget = bead && readSatellite(bead, "budget");
    if (bead === undefined || budget === undefined) return [];
    const rig = readSatellite(bead, "rig")?.name;
    const common = { bead: id, budget };
    const by = (records: readonly AgentRecord[]) => records.map(record => record.id);
    if (id === TOWN_BEAD || rig !== undefined) {
      const resets = budget.day === undefined ? undefined : nextDay(ctx.now, zoneOf(ctx));
      return [
        {
          ...common,
          id: rig ?? "town",
          scope: rig === undefined ? "town" : "rig",
          meters: [
            ...meters("total", budget.total, used(rig, true)),
            ...meters("day", budget.day, used(rig, false)),
          ],
          covers: undefined,
          running: by(running.filter(record => rig === undefined || record.rig === rig)),
          resetsAt: resets,
        },
      ];
    }
    const isConvoy = bead.issue_type === "convoy";
    const covered = isConvoy ? memberIds(bead) : [id];
    const usage = sum(covered.map(one => ofBead(ctx.tx.get(one))));
    return [
      {
        ...common,
        id,
        scope: isConvoy ? "convoy" : "bead",
        meters: meters("total", budget.total, usage),
        covers: new Set(covered),
        running: by(running.filter(({ told }) => told !== undefined && covered.includes(told.job))),
        resetsAt: undefined,
      },
    ];
  });
}

/** As people see it. */
export function budgetView({ id, scope, budget, meters: all, resetsAt }: Gauge): BudgetView {
  const over = all.some(({ used, limit }) => used >= limit);
  const warned = all.some(({ used, limit }) => used >= limit * budget.warn_at);
  return {
    id,
    scope,
    warn_at: budget.warn_at,
    meters: [...all],
    state: over ? "over" : warned ? "warned" : "ok",
    ...(resetsAt === undefined ? {} : { resets_at: new Date(resetsAt).toISOString() }),
  };
}

/** `1200 of 1000 tokens`, for people. */
export function meterWords({ kind, used, limit, period }: Meter): string {
  const unit = { tokens: "tokens", usd: "USD", wall_s: "seconds", attempts: "attempts" }[kind];
  const shown = kind === "usd" ? used.toFixed(2) : String(Math.round(used));
  return `${shown} of ${limit} ${unit}${period === "day" ? " of this day" : ""}`;
}

function meters(period: Meter["period"], limits: Limits | undefined, usage: Usage): Meter[] {
  return LIMIT_KINDS.flatMap(kind => {
    const limit = limits?.[kind];
    return limit === undefined ? [] : [{ period, kind, used: amount(usage, kind), limit }];
  });
}
