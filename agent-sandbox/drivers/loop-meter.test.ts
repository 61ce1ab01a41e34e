import { expect, test } from "bun:test";
import { claude } from "../presets/claude.ts";
import { createLoopMeter } from "./loop-meter.ts";

test("the same call with the same result counts; another argument or another result begins anew", () => {
  const meter = createLoopMeter();
  for (let i = 0; i < 3; i++) {
    meter.step({ call: "Bash ls" });
    meter.step({ result: "a b" });
  }
  expect(meter.loop).toEqual({ what: "Bash ls", count: 3 });
  meter.step({ call: "Bash ls" });
  meter.step({ result: "a b c" });
  expect(meter.loop?.count).toBe(1);
  meter.step({ call: "Bash pwd" });
  meter.step({ result: "a b c" });
  expect(meter.loop).toEqual({ what: "Bash pwd", count: 1 });
});

test("claude's lines tell calls and results", () => {
  const meter = createLoopMeter();
  const call = {
    type: "assistant",
    message: { content: [{ type: "tool_use", name: "Bash", input: { command: "make" } }] },
  };
  const result = { type: "user", message: { content: [{ type: "tool_result", content: "no rule" }] } };
  for (const line of [call, result, call, result]) {
    const reading = claude.read?.(JSON.stringify(line));
    if (reading?.step !== undefined) meter.step(reading.step);
  }
  expect(meter.loop).toMatchObject({ count: 2, what: expect.stringContaining("make") });
});
