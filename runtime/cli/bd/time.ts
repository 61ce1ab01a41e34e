/** Time values of the command line: compact offsets, dates, RFC 3339, and everyday English. Local time zone. */
import { AppError } from "../../../store/schema/errors.ts";

const COMPACT = /^([+-]?)(\d+)([hdwmy])$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i;

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const MONTHS = "january february march april may june july august september october november december".split(
  " ",
);
const COUNTS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  few: 3,
  twelve: 12,
};
const HOURS: Readonly<Record<string, number>> = {
  noon: 12,
  midday: 12,
  midnight: 0,
  morning: 8,
  afternoon: 15,
  evening: 18,
  tonight: 20,
  night: 20,
};

/**
 * The instant that a word of the user means, as RFC 3339 in UTC with milliseconds.
 * `past` is for filters: an offset without sign then looks back (`7d` is seven days ago).
 * @throws {AppError} invalid_argument
 */
export function parseTime(text: string, nowMs: number, direction: "future" | "past" = "future"): string {
  const trimmed = text.trim();
  const date =
    compact(trimmed, nowMs, direction) ?? absolute(trimmed) ?? english(trimmed.toLowerCase(), nowMs);
  if (date === undefined || Number.isNaN(date.getTime())) {
    throw new AppError("invalid_argument", `cannot parse time expression: "${text}"`, {
      hint: "Examples: +6h, +2d, tomorrow, next monday at 9am, 2027-01-15, 2027-01-15T10:00:00Z",
    });
  }
  return date.toISOString();
}

/** Milliseconds of a duration like `2h`, `30m`, `1h30m`, `90s`, `7d`. @throws {AppError} invalid_argument */
export function parseDuration(text: string): number {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)];
  if (parts.length === 0 || parts.map(part => part[0]).join("") !== text.trim()) {
    throw new AppError("invalid_argument", `cannot parse duration: "${text}"`, {
      hint: "Examples: 30m, 2h, 1h30m, 7d",
    });
  }
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ""] ?? 0), 0);
}

function compact(text: string, nowMs: number, direction: "future" | "past"): Date | undefined {
  const match = COMPACT.exec(text);
  if (match === null) return undefined;
  const [, sign, digits, unit] = match;
  const back = sign === "-" || (sign === "" && direction === "past");
  return shift(new Date(nowMs), (back ? -1 : 1) * Number(digits), unit ?? "d");
}

function absolute(text: string): Date | undefined {
  const day = DATE.exec(text);
  if (day !== null) {
    const [year, month, date] = [Number(day[1]), Number(day[2]), Number(day[3])];
    const local = new Date(year, month - 1, date);
    return local.getMonth() === month - 1 ? local : new Date(Number.NaN);
  }
  return DATE_TIME.test(text) ? new Date(text) : undefined;
}

function shift(date: Date, amount: number, unit: string): Date {
  const moved = new Date(date);
  if (unit === "min") moved.setMinutes(moved.getMinutes() + amount);
  else if (unit === "h") moved.setTime(moved.getTime() + amount * 36e5);
  else if (unit === "d") moved.setDate(moved.getDate() + amount);
  else if (unit === "w") moved.setDate(moved.getDate() + amount * 7);
  else if (unit === "m") moved.setMonth(moved.getMonth() + amount);
  else if (unit === "y") moved.setFullYear(moved.getFullYear() + amount);
  return moved;
}

/** Reads the sentence from left to right, phrase by phrase; any word that fits no phrase makes it unreadable. */
function english(text: string, nowMs: number): Date | undefined {
  let rest = text.replace(/,/g, " ").replace(/\s+/g, " ").trim();
  if (rest === "") return undefined;
  let date = new Date(nowMs);
  let found = false;
  while (rest !== "") {
    const step = PHRASES.map(phrase => phrase(rest, date, found)).find(result => result !== undefined);
    if (step === undefined) return undefined;
    date = step.date;
    found = true;
    rest = rest.slice(step.length).trim();
  }
  return date;
}

interface Step {
  readonly date: Date;
  readonly length: number;
}
type Phrase = (text: string, date: Date, found: boolean) => Step | undefined;

const word = (text: string, pattern: string): RegExpExecArray | null =>
  new RegExp(`^(?:${pattern})(?=\\s|$)`).exec(text);
const names = (list: readonly string[]) => list.map(name => `${name}|${name.slice(0, 3)}`).join("|");
const indexOf = (list: readonly string[], name: string) =>
  list.findIndex(full => full.startsWith(name.slice(0, 3)));
const UNIT = "min(?:ute)?s?|hours?|hrs?|days?|weeks?|months?|years?";

const PHRASES: readonly Phrase[] = [
  (text, date) => {
    const match = word(text, "now|today|tomorrow|yesterday");
    if (match === null) return undefined;
    const days = { tomorrow: 1, yesterday: -1 }[match[0]] ?? 0;
    return { date: shift(date, days, "d"), length: match[0].length };
  },
  (text, date) => {
    const match = word(text, `(?:(next|last|this|coming|on)\\s+)?(${names(DAYS)}|tues|thurs)`);
    if (match === null) return undefined;
    const distance = (indexOf(DAYS, match[2] ?? "") - date.getDay() + 7) % 7;
    const days = match[1] === "last" ? (distance || 7) - (distance === 0 ? 14 : 7) : distance || 7;
    return { date: shift(date, days, "d"), length: match[0].length };
  },
  (text, date) => {
    const match = word(text, "(next|last|this)\\s+(day|week|month|year)");
    if (match === null) return undefined;
    const amount = { next: 1, last: -1 }[match[1] ?? ""] ?? 0;
    return { date: shift(date, amount, match[2]?.[0] ?? "d"), length: match[0].length };
  },
  (text, date) => {
    const number = `\\d+|${Object.keys(COUNTS).join("|")}|half an?`;
    const match = word(text, `(in\\s+)?(?:a\\s+)?(${number})\\s*(${UNIT})(\\s+(?:ago|from now|later))?`);
    if (match === null) return undefined;
    const [all, , count = "", unit = "", suffix = ""] = match;
    const sign = suffix.trim() === "ago" ? -1 : 1;
    if (count.startsWith("half")) {
      const minutes = unit.startsWith("h") ? 30 : 720;
      return { date: shift(date, sign * minutes, "min"), length: all.length };
    }
    const amount = sign * (COUNTS[count] ?? Number(count));
    return {
      date: shift(date, amount, unit.startsWith("min") ? "min" : (unit[0] ?? "d")),
      length: all.length,
    };
  },
  (text, date) => {
    const month = names(MONTHS);
    const day = "(\\d{1,2})(?:st|nd|rd|th)?";
    const monthFirst = word(text, `(${month}|sept)\\s+${day}(?:\\s+(\\d{4}))?`);
    const dayFirst = monthFirst ?? word(text, `${day}\\s+(?:of\\s+)?(${month}|sept)(?:\\s+(\\d{4}))?`);
    if (dayFirst === null) return undefined;
    const [all, first = "", second = "", year] = dayFirst;
    const [name, dayOfMonth] = monthFirst === null ? [second, first] : [first, second];
    const set = new Date(date);
    set.setFullYear(
      year === undefined ? date.getFullYear() : Number(year),
      indexOf(MONTHS, name),
      Number(dayOfMonth),
    );
    if (year === undefined && set < date) set.setFullYear(set.getFullYear() + 1);
    return { date: set, length: all.length };
  },
  (text, date, found) => {
    const named = word(text, `(?:at|in the|this)?\\s*(${Object.keys(HOURS).join("|")})`);
    if (named !== null)
      return { date: atHour(date, HOURS[named[1] ?? ""] ?? 0, 0, found), length: named[0].length };
    const match = word(text, "(at\\s+)?(\\d{1,2})(?:[:.](\\d{2}))?\\s*(am|pm|a\\.m\\.|p\\.m\\.)?");
    if (match === null || (match[1] === undefined && match[3] === undefined && match[4] === undefined))
      return undefined;
    const half = match[4]?.[0];
    const hour = Number(match[2]);
    if (hour > (half === undefined ? 23 : 12)) return undefined;
    const hours = half === undefined ? hour : (hour % 12) + (half === "p" ? 12 : 0);
    return { date: atHour(date, hours, Number(match[3] ?? 0), found), length: match[0].length };
  },
];

/** The hour of that day; without a day before it, the next time that it is that hour. */
function atHour(date: Date, hours: number, minutes: number, dayGiven: boolean): Date {
  const set = new Date(date);
  set.setHours(hours, minutes, 0, 0);
  return !dayGiven && set < date ? shift(set, 1, "d") : set;
}
