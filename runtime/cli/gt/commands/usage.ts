/** `gt usage` */
import { USAGE_GROUPS, type Usage, usageReportSchema } from "../../../../store/schema/budget.ts";
import { defineCommand } from "../../lib/args.ts";
import { table } from "../../lib/table.ts";
import type { GtContext } from "../context.ts";

export const usage = defineCommand<GtContext>()({
  summary: "Shows tokens, money and time that were used, by day, bead, agent or rig",
  description:
    "Money and tokens as far as the agents' CLIs tell them; attempts that are under way count when they end.",
  examples: [{ line: "gt usage" }, { line: "gt usage --by bead --days 30 --json" }],
  flags: {
    by: { type: "string", choices: [...USAGE_GROUPS], summary: "what to group by (day)" },
    days: { type: "integer", min: 1, max: 400, summary: "so many days, today included (7)" },
  },
  async run({ flags }, context) {
    const query = { by: flags.by, days: flags.days === undefined ? undefined : String(flags.days) };
    const report = await context.client().get("/usage", usageReportSchema, { query });
    const { style } = context;
    context.print(report, () =>
      report.lines.length === 0
        ? [`Nothing was used from ${report.from} to ${report.to}.`]
        : table(
            [
              [report.by, "USD", "input", "output", "time", "attempts"].map(text => ({
                text,
                paint: style.dim,
              })),
              ...report.lines.map(({ key, usage: used }) => [
                { text: key, paint: style.bold },
                ...cells(used),
              ]),
              [{ text: "total", paint: style.bold }, ...cells(report.total)],
            ],
            context.io.stdout.columns,
          ),
    );
    return undefined;
  },
});

function cells({ usd, input_tokens, output_tokens, wall_s, attempts }: Usage): string[] {
  const minutes = wall_s >= 60 ? `${Math.round(wall_s / 60)} min` : `${Math.round(wall_s)} s`;
  return [usd.toFixed(2), String(input_tokens), String(output_tokens), minutes, String(attempts)];
}
