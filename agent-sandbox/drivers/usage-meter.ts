/** Adds up what an agent tells of its usage to totals of the run, however its CLI counts. */
import type { Usage } from "../presets/preset.ts";

/** Totals of a run so far. */
export interface RunUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number;
  readonly model?: string;
}

/** The answer takes each report, and tells new totals when they have grown. */
export function createUsageMeter(onTotal: (usage: RunUsage) => void): (usage: Usage) => void {
  const messages = new Map<string, Usage>();
  const turns: Usage[] = [];
  let run: RunUsage = { input_tokens: 0, output_tokens: 0, cost_usd: 0 };
  return usage => {
    if (usage.of === "message" && usage.id !== undefined) {
      const before = messages.get(usage.id);
      messages.set(usage.id, before === undefined ? usage : { ...usage, ...larger(before, usage) });
    } else if (usage.of === "turn") {
      turns.push(usage);
    }
    const counted = [...messages.values(), ...turns].reduce(
      (a, b) => ({
        ...b,
        input_tokens: a.input_tokens + b.input_tokens,
        output_tokens: a.output_tokens + b.output_tokens,
        cost_usd: a.cost_usd + b.cost_usd,
      }),
      { ...run, input_tokens: 0, output_tokens: 0, cost_usd: 0 },
    );
    const total = larger(run, larger(counted, usage.of === "run" ? usage : counted));
    if (
      total.input_tokens === run.input_tokens &&
      total.output_tokens === run.output_tokens &&
      total.cost_usd === run.cost_usd
    )
      return;
    const model = usage.model ?? run.model;
    run = { ...total, ...(model === undefined ? {} : { model }) };
    onTotal(run);
  };
}

function larger(a: RunUsage, b: RunUsage): { input_tokens: number; output_tokens: number; cost_usd: number } {
  return {
    input_tokens: Math.max(a.input_tokens, b.input_tokens),
    output_tokens: Math.max(a.output_tokens, b.output_tokens),
    cost_usd: Math.max(a.cost_usd, b.cost_usd),
  };
}
