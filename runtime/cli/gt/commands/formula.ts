/** `gt formula`: the ways of working that a bead can be slung with. */
import { z } from "zod";
import { formulaViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import { table } from "../../lib/table.ts";
import type { GtContext } from "../context.ts";

export const formulaList = defineCommand<GtContext>()({
  summary: "Lists the formulas that work can follow: the town's own, and those that come with the program",
  description:
    "Your own go into the folder `formulas` of the town, as NAME.formula.toml or NAME.formula.json.",
  examples: [{ line: "gt formula list" }],
  async run(_, context) {
    const all = await context.client().get("/formulas", z.array(formulaViewSchema));
    const { style } = context;
    context.print(all, () =>
      table(
        all.map(one => [
          { text: one.name, paint: style.bold },
          `${one.steps.length} steps`,
          { text: one.source, paint: style.dim },
          one.problem === undefined
            ? printable(one.description)
            : { text: printable(one.problem), paint: style.red },
        ]),
        context.io.stdout.columns,
      ),
    );
    return undefined;
  },
});

export const formulaShow = defineCommand<GtContext>()({
  summary: "Shows a formula: its variables and its steps",
  examples: [{ line: "gt formula show feature" }],
  positionals: [{ name: "formula", required: true }],
  async run({ args: [name = ""] }, context) {
    const one = await context.client().get(`/formulas/${encodeURIComponent(name)}`, formulaViewSchema);
    const { style } = context;
    context.print(one, () => [
      `${style.bold(one.name)}  ${style.dim(one.source)}`,
      printable(one.problem ?? one.description),
      ...one.vars.map(
        variable =>
          `  --var ${variable.name}=  ${printable(variable.description ?? "")}${variable.required ? " (required)" : variable.default === undefined ? "" : ` (${printable(variable.default)})`}`,
      ),
      ...one.steps.map((step, at) => `${at + 1}. ${step.id}  ${printable(step.title)}`),
    ]);
    return undefined;
  },
});
