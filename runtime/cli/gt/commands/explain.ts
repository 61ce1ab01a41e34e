/** `gt explain` */
import { type Explanation, explanationSchema, townPlanSchema } from "../../../../store/schema/explanation.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { GtContext } from "../context.ts";
import { moment } from "../show/moment.ts";

export const explain = defineCommand<GtContext>()({
  summary: "Shows why a thing is where it is, what comes next and when, and whose move it is",
  description: "Without an id: what the town would do now, and what its slung work waits for.",
  examples: [{ line: "gt explain" }, { line: "gt explain web-4k2" }, { line: "gt explain web/toast" }],
  positionals: [
    {
      name: "id",
      summary:
        "of a bead or any record (merge request, convoy, molecule, step, gate, message, escalation), a nudge, a rig, <rig>/<agent>, container/<rig>/<agent>",
      complete: "bead",
    },
  ],
  async run({ args: [id] }, context) {
    if (id === undefined) return await explainTown(context);
    const value = await context.client().get("/explain", explanationSchema, { query: { id } });
    context.print(value, () => lines(value, context));
    return undefined;
  },
});

function lines(value: Explanation, context: GtContext): string[] {
  const { style } = context;
  const since = value.since === undefined ? "" : style.dim(`, since ${moment(value.since, context.now())}`);
  const { who, name } = value.owner;
  return [
    `${style.bold(value.id)}  ${printable(value.title)}`,
    `${value.kind}, ${style.bold(value.state)}${since}`,
    "",
    "Why",
    ...value.why.map(
      ({ text, rule }) => `  ${printable(text)}${rule === undefined ? "" : style.dim(`  [${rule}]`)}`,
    ),
    "Next",
    ...value.next.map(
      ({ text, at }) => `  ${printable(text)}${at === undefined ? "" : `: ${moment(at, context.now())}`}`,
    ),
    `Next step: ${who === "nobody" ? "none" : `the ${who}'s`}${name === undefined ? "" : ` (${name})`}`,
    ...(value.hints.length === 0 ? [] : [style.dim(`Try: ${value.hints.map(printable).join(" | ")}`)]),
  ];
}

async function explainTown(context: GtContext): Promise<undefined> {
  const value = await context.client().get("/explain", townPlanSchema);
  const { style } = context;
  context.print(value, () => [
    ...value.actions.map(({ rule, reason }) => `${style.bold(rule)}  ${printable(reason)}`),
    ...value.errors.map(({ rule, message }) => style.red(`${rule} failed: ${printable(message)}`)),
    ...value.waiting.map(
      ({ bead, text, at }) =>
        `${style.bold(bead)} waits: ${printable(text)}${at === undefined ? "" : `; until ${moment(at, context.now())}`}`,
    ),
    ...(value.actions.length + value.errors.length + value.waiting.length === 0 ? ["Nothing to do."] : []),
  ]);
  return undefined;
}
