import { expect, test } from "bun:test";
import { backOff } from "./back-off.ts";

test("doubles up to the limit, less a random share", () => {
  expect([1, 2, 3, 4].map(attempt => backOff(attempt, 0))).toEqual([300, 600, 1_200, 2_400]);
  expect(backOff(40, 0)).toBe(10_000);
  expect(backOff(40, 0.5)).toBe(8_000);
});
