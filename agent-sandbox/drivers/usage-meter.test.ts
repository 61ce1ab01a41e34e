import { expect, test } from "bun:test";
import { claude } from "../presets/claude.ts";
import { createUsageMeter, type RunUsage } from "./usage-meter.ts";

const nothing = { cost_usd: 0 };

test("a message that comes again in parts counts once, turns add up, and the total of the run takes their place", () => {
  const told: RunUsage[] = [];
  const meter = createUsageMeter(total => told.push(total));
  meter({ of: "message", id: "m1", input_tokens: 100, output_tokens: 1, ...nothing });
  meter({ of: "message", id: "m1", input_tokens: 100, output_tokens: 7, ...nothing });
  meter({ of: "message", id: "m1", input_tokens: 100, output_tokens: 7, ...nothing });
  meter({ of: "turn", input_tokens: 50, output_tokens: 3, ...nothing });
  expect(told).toEqual([
    { input_tokens: 100, output_tokens: 1, cost_usd: 0 },
    { input_tokens: 100, output_tokens: 7, cost_usd: 0 },
    { input_tokens: 150, output_tokens: 10, cost_usd: 0 },
  ]);
  meter({ of: "run", input_tokens: 160, output_tokens: 12, cost_usd: 0.5 });
  meter({ of: "run", input_tokens: 160, output_tokens: 12, cost_usd: 0.5 });
  expect(told.slice(3)).toEqual([{ input_tokens: 160, output_tokens: 12, cost_usd: 0.5 }]);
});

test("claude tells usage with each answer, and all of it with money at the end", () => {
  const told: RunUsage[] = [];
  const meter = createUsageMeter(total => told.push(total));
  const usage = { input_tokens: 3, cache_read_input_tokens: 40, output_tokens: 5 };
  const answer = { type: "assistant", message: { id: "m1", content: [{ type: "text", text: "hi" }], usage } };
  const lines = [answer, answer, { type: "result", is_error: false, usage, total_cost_usd: 0.25 }];
  for (const line of lines) {
    const read = claude.read?.(JSON.stringify(line));
    if (read?.usage !== undefined) meter(read.usage);
  }
  expect(told).toEqual([
    { input_tokens: 43, output_tokens: 5, cost_usd: 0 },
    { input_tokens: 43, output_tokens: 5, cost_usd: 0.25 },
  ]);
});
