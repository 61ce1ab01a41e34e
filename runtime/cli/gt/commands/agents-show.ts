/** `gt agents show` */
import { agentHistorySchema } from "../../../../store/schema/patrol.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import { table } from "../../lib/table.ts";
import { agentPath } from "../agent-path.ts";
import type { GtContext } from "../context.ts";
import { agentLines } from "../show/agents.ts";
import { moment } from "../show/moment.ts";

const MAX_SHOWN = 10;

export const agentsShow = defineCommand<GtContext>()({
  summary:
    "Shows what an agent has behind it: merged work with commits, attempts, usage, and what the patrol found",
  examples: [{ line: "gt agents show web/toast" }, { line: "gt agents show web/toast --json" }],
  positionals: [{ name: "agent", required: true, summary: "<rig>/<name>", complete: "agent" }],
  async run({ args: [id = ""] }, context) {
    const value = await context.client().get(`${agentPath(id)}/history`, agentHistorySchema);
    const { style } = context;
    const { spent } = value;
    const width = context.io.stdout.columns;
    context.print(value, () => [
      ...agentLines([value.agent], context),
      `Here since ${moment(value.since, context.now())}; ${value.agent.completed} merged, ${value.failures === 1 ? "1 attempt" : `${value.failures} attempts`} without a submission`,
      ...(spent === undefined
        ? []
        : [
            `Used ${spent.input_tokens} tokens in, ${spent.output_tokens} out, ${spent.usd.toFixed(2)} USD, ${Math.round(spent.wall_s / 60)} min at work`,
          ]),
      ...(value.completed.length === 0 ? [] : ["", style.bold("Merged")]),
      ...table(
        value.completed
          .slice(0, MAX_SHOWN)
          .map(one => [one.bead, one.commit.slice(0, 7), one.at.slice(0, 16), printable(one.title)]),
        width,
      ),
      ...(value.runs.length === 0 ? [] : ["", style.bold("Attempts")]),
      ...table(
        value.runs
          .slice(0, MAX_SHOWN)
          .map(run => [
            run.bead,
            `attempt ${run.attempt}`,
            run.outcome,
            `${Math.round(run.used.wall_s)} s`,
            run.at.slice(0, 16),
          ]),
        width,
      ),
      ...(value.findings.length === 0 ? [] : ["", style.bold("Findings of the patrol")]),
      ...table(
        value.findings
          .slice(0, MAX_SHOWN)
          .map(one => [one.at.slice(0, 16), one.bead, `${one.kind} (${one.tier})`, printable(one.text)]),
        width,
      ),
    ]);
    return undefined;
  },
});
