/**
 * The book of usage: one bead of the town for each day. What an attempt used is booked as totals of the attempt, so that
 * the same report twice books nothing twice; each day knows what was used on all days before it.
 */
import type { Usage, UsageDay } from "../../../store/schema/budget.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import type { TownTurn } from "../town-turn.ts";
import { dayOf } from "./days.ts";
import { more, most, NO_USAGE, sum } from "./usage.ts";

/** Bookings that a day keeps one by one; older ones are added up by rig. */
const MAX_BOOKINGS = 300;
const MAX_DAYS = 400;

/** One attempt's usage, in all so far. */
export interface Booking {
  /** `<job>#<attempt>` */
  readonly key: string;
  readonly bead: string;
  readonly rig: string;
  readonly agent: string;
  readonly total: Usage;
}

/** Time zone of the town's days. */
export function zoneOf(ctx: Pick<TownTurn, "settings">): string {
  return ctx.settings.budget_zone ?? "UTC";
}

/** Id of the bead of a day. */
export function dayBead(day: string): string {
  return `hq-usage-${day.replaceAll("-", "")}`;
}

/** The days that were booked, newest first. */
export function days(ctx: TownTurn, limit = MAX_DAYS): UsageDay[] {
  return ctx
    .query({ type: ["town"], sort: "id" })
    .flatMap(bead => readSatellite(bead, "usage_day") ?? [])
    .sort((a, b) => (a.day < b.day ? 1 : -1))
    .slice(0, limit);
}

/** The book of today, or what it would be. */
export function today(ctx: TownTurn): UsageDay {
  const day = dayOf(ctx.now, zoneOf(ctx));
  const bead = ctx.tx.get(dayBead(day));
  const known = bead && readSatellite(bead, "usage_day");
  if (known !== undefined) return known;
  const [last] = days(ctx, 1);
  return { day, bookings: {}, folded: {}, before: last === undefined ? {} : byRig(last, true) };
}

/** Usage by rig of a day, or of all days up to it. */
export function byRig(book: UsageDay, withBefore: boolean): Record<string, Usage> {
  const found: Record<string, Usage> = { ...book.folded };
  const add = (rig: string, usage: Usage): void => {
    found[rig] = sum([found[rig] ?? NO_USAGE, usage]);
  };
  for (const { rig, used } of Object.values(book.bookings)) add(rig, used);
  if (withBefore) for (const [rig, usage] of Object.entries(book.before)) add(rig, usage);
  return found;
}

/** Writes down what attempts used in all so far, in the book of `day`. */
export function book(ctx: TownTurn, entries: readonly Booking[], day = dayOf(ctx.now, zoneOf(ctx))): void {
  const known = ctx.tx.get(dayBead(day));
  const old = (known && readSatellite(known, "usage_day")) ?? { ...today(ctx), day };
  const bookings = { ...old.bookings };
  for (const { key, bead, rig, agent, total } of entries) {
    const before = bookings[key] ?? { bead, rig, agent, used: NO_USAGE, upto: bookedBefore(ctx, key, day) };
    const upto = most(before.upto, total);
    const used = sum([before.used, more(upto, before.upto)]);
    bookings[key] = { ...before, used, upto };
  }
  if (JSON.stringify(bookings) === JSON.stringify(old.bookings)) return;
  write(ctx, fold({ ...old, bookings }));
}

/** What of an attempt stands in the book of the day before: attempts that run over midnight. */
function bookedBefore(ctx: TownTurn, key: string, day: string): Usage {
  const earlier = days(ctx, 3).find(book => book.day < day && book.bookings[key] !== undefined);
  return earlier?.bookings[key]?.upto ?? NO_USAGE;
}

function fold(book: UsageDay): UsageDay {
  const keys = Object.keys(book.bookings);
  if (keys.length <= MAX_BOOKINGS) return book;
  const folded = { ...book.folded };
  const bookings = { ...book.bookings };
  for (const key of keys.slice(0, keys.length - MAX_BOOKINGS)) {
    const old = bookings[key];
    delete bookings[key];
    if (old !== undefined) folded[old.rig] = sum([folded[old.rig] ?? NO_USAGE, old.used]);
  }
  return { ...book, folded, bookings };
}

function write(ctx: TownTurn, book: UsageDay): void {
  const id = dayBead(book.day);
  const metadata = { usage_day: book };
  if (ctx.tx.get(id) !== undefined) ctx.update(id, { metadata });
  else ctx.create({ id, title: `Usage of ${book.day}`, issue_type: "town", pinned: true, metadata });
}
