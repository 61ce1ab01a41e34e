import { expect, test } from "bun:test";
import { LIBRARY } from "./library.ts";
import { parseFormula } from "./parse.ts";
import { planFormula } from "./resolve.ts";

const SAMPLE: Readonly<Record<string, string>> = { title: "a thing", branch: "topic", version: "1.2.3" };

test.each(Object.keys(LIBRARY))("%s plans, and leaves no variable open", name => {
  const load = (wanted: string) => parseFormula(LIBRARY[wanted] ?? "", `${wanted}.formula.toml`);
  const declared = Object.keys(load(name).vars ?? {});
  const given = Object.fromEntries(
    [...declared].map(key => [key, SAMPLE[key] ?? (key === "depth" ? "deep" : "x")]),
  );
  const plan = planFormula(name, given, load);
  expect(plan.steps.length).toBeGreaterThanOrEqual(4);
  expect(JSON.stringify(plan)).not.toContain("{{");
});

test("review drops the steps that its depth does not ask for, and the verdict waits for the rest", () => {
  const load = (wanted: string) => parseFormula(LIBRARY[wanted] ?? "", `${wanted}.formula.toml`);
  const quick = planFormula("review", { branch: "topic", depth: "quick" }, load);
  expect(quick.steps.map(step => step.id)).toEqual(["read", "correctness", "verdict"]);
  expect([...(quick.steps.at(-1)?.needs ?? [])].sort()).toEqual(["correctness", "read"]);
});
