import { expect, test } from "bun:test";
import { nameOrder, nextName, POLECAT_NAMES } from "./names.ts";

test("names are fifty different plain words, that make good branch and folder names", () => {
  expect(POLECAT_NAMES.length).toBe(50);
  expect(new Set(POLECAT_NAMES).size).toBe(50);
  for (const name of POLECAT_NAMES) expect(name).toMatch(/^[a-z]{3,10}$/);
});

test("the first free name is given, and numbers when the pool is used up", () => {
  expect(nextName(new Set())).toBe("toast");
  expect(nextName(new Set(["toast", "pepper"]))).toBe("biscuit");
  const all = new Set(POLECAT_NAMES);
  expect(nextName(all)).toBe("polecat51");
  expect(nextName(new Set([...all, "polecat51"]))).toBe("polecat52");
});

test("their order is that of the pool", () => {
  const names = ["polecat52", "dill", "polecat51", "toast", "stranger"];
  expect(names.sort((a, b) => nameOrder(a) - nameOrder(b))).toEqual([
    "toast",
    "dill",
    "polecat51",
    "polecat52",
    "stranger",
  ]);
});
