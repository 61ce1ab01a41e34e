/** What opencode's JSON lines say of words, tools and usage. */
import { expect, test } from "bun:test";
import { createUsageMeter, type RunUsage } from "../drivers/usage-meter.ts";
import { opencode } from "./opencode.ts";

const line = (type: string, part: object) =>
  opencode.read?.(JSON.stringify({ type, timestamp: 1, sessionID: "ses_1", part }));

test("words are shown, a tool's call is a step with its result", () => {
  expect(line("text", { type: "text", text: "All finished" })).toEqual({ text: "All finished" });
  const state = { status: "completed", input: { command: "git status" }, output: "clean" };
  expect(line("tool_use", { type: "tool", tool: "bash", state })).toEqual({
    text: "> bash git status\nclean",
    step: { call: 'bash {"command":"git status"}', result: "clean" },
  });
  const failed = { type: "error", error: { name: "APIError", data: { message: "no such model" } } };
  expect(opencode.read?.(JSON.stringify(failed))?.text).toBe("Failed: no such model");
});

test("steps add up to the run's usage, cached tokens and reasoning included", () => {
  const totals: RunUsage[] = [];
  const meter = createUsageMeter(total => totals.push(total));
  const tokens = { input: 100, output: 10, reasoning: 5, cache: { read: 50, write: 1 } };
  for (const cost of [0.25, 0.5]) {
    const usage = line("step_finish", { type: "step-finish", reason: "stop", cost, tokens })?.usage;
    if (usage !== undefined) meter(usage);
  }
  expect(totals.at(-1)).toMatchObject({ input_tokens: 302, output_tokens: 30, cost_usd: 0.75 });
});
