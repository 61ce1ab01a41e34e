/** `bd mol seed`: checks that formulas can be found and planned. */
import { planFormula } from "../../../../store/molecules/resolve.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { formulaLoader, listFormulas, varsFrom } from "../mol/formula-files.ts";

export default defineCommand<BdContext>()({
  summary: "Check that formulas can be found and cooked",
  positionals: [{ name: "formula", summary: "All when absent", rest: true }],
  flags: { var: { type: "string", multiple: true, value: "name=value", summary: "Value of a variable" } },
  async run({ flags, args }, ctx) {
    const names = args.length > 0 ? args : listFormulas(ctx).map(item => item.name);
    const values = flags.var.length > 0 ? varsFrom(flags.var) : undefined;
    const results = names.map(name => {
      try {
        return { formula: name, ok: true, steps: planFormula(name, values, formulaLoader(ctx)).steps.length };
      } catch (error) {
        return { formula: name, ok: false, error: AppError.from(error).message };
      }
    });
    const bad = results.filter(item => !item.ok).length;
    ctx.out.emit({ formulas: results, failed: bad }, () =>
      results
        .map(item =>
          item.ok
            ? `✓ ${item.formula}  ${item.steps} steps`
            : `✗ ${item.formula}  ${printable(item.error ?? "")}`,
        )
        .join("\n"),
    );
    return bad > 0 ? 1 : 0;
  },
});
