/** `gt budget` and `gt usage`, as processes against a real gateway. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type FakeTown, startFakeTown } from "./fake-town.ts";

setDefaultTimeout(60_000);

let town: FakeTown;
beforeAll(async () => {
  town = await startFakeTown();
});
afterAll(async () => {
  await town[Symbol.asyncDispose]();
});

const view = {
  id: "web-1",
  scope: "bead",
  warn_at: 0.8,
  meters: [{ period: "total", kind: "usd", used: 4.5, limit: 5 }],
  state: "warned",
};

test("set sends only what is named; 0 takes a limit away", async () => {
  town.answer("setBudget", view);
  const shown = await town.gt(["budget", "set", "web-1", "--usd", "5", "--tokens", "0", "--warn", "90"]);
  expect(shown).toMatchObject({ code: 0, stderr: "" });
  expect(shown.stdout).toContain("4.50 of 5 USD");
  expect(town.calls.at(-1)?.args).toEqual({
    by: "owner",
    id: "web-1",
    patch: { total: { usd: 5, tokens: null }, warn_at: 0.9 },
  });
  await town.gt(["budget", "set", "town", "--day-usd", "50", "--zone", "Europe/Berlin"]);
  expect(town.calls.at(-1)?.args).toMatchObject({ patch: { day: { usd: 50 }, zone: "Europe/Berlin" } });
  expect(await town.gt(["budget", "set", "web-1"])).toMatchObject({ code: 2 });
});

test("show and unset", async () => {
  town.answer("budgets", [view]);
  expect((await town.gt(["budget", "show"])).stdout).toContain("90 %");
  expect(JSON.parse((await town.gt(["budget", "show", "web-1", "--json"])).stdout)).toEqual([view]);
  town.answer("budgets", []);
  expect((await town.gt(["budget", "show"])).stdout).toBe("No budgets: nothing is limited.\n");
  town.answer("unsetBudget", null);
  expect(await town.gt(["budget", "unset", "web-1"])).toMatchObject({ code: 0 });
});

test("usage is a table with a total", async () => {
  const used = { input_tokens: 900, output_tokens: 100, usd: 1, wall_s: 600, attempts: 2 };
  const report = {
    by: "bead",
    from: "2026-01-01",
    to: "2026-01-07",
    zone: "UTC",
    lines: [{ key: "web-1", usage: used }],
    total: used,
  };
  town.answer("usage", report);
  const shown = await town.gt(["usage", "--by", "bead", "--days", "7"]);
  for (const part of ["web-1", "1.00", "900", "10 min", "total"]) expect(shown.stdout).toContain(part);
  expect(town.calls.at(-1)?.args).toMatchObject({ group: "bead", days: 7 });
});

test("prices of models are set by name, and what is no price is refused before it is asked", async () => {
  town.answer("updateSettings", { max_polecats: 8, prices: { "gpt-5.5": { input: 1.25, output: 10 } } });
  const set = await town.gt(["settings", "set", "--price", "gpt-5.5=1.25,10", "--price", "codex=none"]);
  expect(set).toMatchObject({ code: 0, stdout: expect.stringContaining('"input":1.25') });
  expect(town.calls.at(-1)?.args).toEqual({
    by: "owner",
    prices: { "gpt-5.5": { input: 1.25, output: 10 }, codex: null },
  });
  const calls = town.calls.length;
  for (const wrong of ["gpt", "gpt=1", "gpt=1,2,3", "gpt=1,-2", "gpt=1,x", "=1,2", "gpt=,2"])
    expect(await town.gt(["settings", "set", "--price", wrong])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("USD per million tokens"),
    });
  expect(town.calls).toHaveLength(calls);
});
