import { describe, expect, test } from "bun:test";
import { parseDuration, parseTime } from "./time.ts";

// A Wednesday, in whatever time zone the test runs: all expectations are in local time as well.
const now = new Date(2027, 0, 13, 10, 30, 15).getTime();
const local = (...parts: [number, number, number, number?, number?, number?]) =>
  new Date(...parts).toISOString();

describe("parseTime", () => {
  const cases: [string, string][] = [
    ["+6h", new Date(now + 6 * 36e5).toISOString()],
    ["+2d", local(2027, 0, 15, 10, 30, 15)],
    ["-1d", local(2027, 0, 12, 10, 30, 15)],
    ["+1w", local(2027, 0, 20, 10, 30, 15)],
    ["3m", local(2027, 3, 13, 10, 30, 15)],
    ["+1y", local(2028, 0, 13, 10, 30, 15)],
    ["2027-02-01", local(2027, 1, 1)],
    ["2027-02-01T08:00:00Z", "2027-02-01T08:00:00.000Z"],
    ["2027-02-01T08:00:00+02:00", "2027-02-01T06:00:00.000Z"],
    ["tomorrow", local(2027, 0, 14, 10, 30, 15)],
    ["yesterday", local(2027, 0, 12, 10, 30, 15)],
    ["next monday", local(2027, 0, 18, 10, 30, 15)],
    ["next monday at 9am", local(2027, 0, 18, 9)],
    ["Friday 17:30", local(2027, 0, 15, 17, 30)],
    ["wednesday", local(2027, 0, 20, 10, 30, 15)],
    ["last monday", local(2027, 0, 11, 10, 30, 15)],
    ["last wednesday", local(2027, 0, 6, 10, 30, 15)],
    ["in 3 days", local(2027, 0, 16, 10, 30, 15)],
    ["in two weeks", local(2027, 0, 27, 10, 30, 15)],
    ["3 days ago", local(2027, 0, 10, 10, 30, 15)],
    ["in half an hour", local(2027, 0, 13, 11, 0, 15)],
    ["next week", local(2027, 0, 20, 10, 30, 15)],
    ["next month", local(2027, 1, 13, 10, 30, 15)],
    ["march 5 at noon", local(2027, 2, 5, 12)],
    ["sept 9", local(2027, 8, 9, 10, 30, 15)],
    ["January 5", local(2028, 0, 5, 10, 30, 15)],
    ["9am", local(2027, 0, 14, 9)],
    ["at 11pm", local(2027, 0, 13, 23)],
    ["tomorrow morning", local(2027, 0, 14, 8)],
    ["tomorrow, 12am", local(2027, 0, 14, 0)],
  ];
  for (const [text, expected] of cases) {
    test(text, () => expect(parseTime(text, now)).toBe(expected));
  }

  test("offsets of filters look back", () => {
    expect(parseTime("7d", now, "past")).toBe(local(2027, 0, 6, 10, 30, 15));
    expect(parseTime("+7d", now, "past")).toBe(local(2027, 0, 20, 10, 30, 15));
  });

  for (const text of ["", "soon", "2027-02-30", "99", "25:00", "monday of cheese"]) {
    test(`refuses "${text}"`, () => expect(() => parseTime(text, now)).toThrow("cannot parse time"));
  }
});

describe("parseDuration", () => {
  test("adds its parts", () => {
    expect(parseDuration("1h30m")).toBe(5_400_000);
    expect(parseDuration("7d")).toBe(604_800_000);
    expect(parseDuration("90s")).toBe(90_000);
  });
  test("refuses anything else", () => expect(() => parseDuration("soon")).toThrow("cannot parse duration"));
});
