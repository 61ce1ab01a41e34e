/** `bd formula list`. */
import { planFormula } from "../../../../store/molecules/resolve.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { formulaLoader, listFormulas } from "../mol/formula-files.ts";

export default defineCommand<BdContext>()({
  summary: "All formulas that can be named, and where each comes from",
  flags: {
    type: {
      type: "string",
      choices: ["workflow", "expansion", "aspect", "convoy"],
      summary: "Only of this type",
    },
  },
  run({ flags }, ctx) {
    const load = formulaLoader(ctx);
    const rows = listFormulas(ctx).map(({ name, source }) => {
      try {
        const formula = load(name);
        return {
          name,
          type: formula.type ?? "workflow",
          description: formula.description ?? "",
          source,
          steps: planFormula(name, undefined, load).steps.length,
          vars: Object.keys(formula.vars ?? {}).length,
        };
      } catch (error) {
        return {
          name,
          type: "",
          description: "",
          source,
          steps: 0,
          vars: 0,
          error: AppError.from(error).message,
        };
      }
    });
    const shown = flags.type === undefined ? rows : rows.filter(row => row.type === flags.type);
    ctx.out.emit(shown, () =>
      shown.length === 0
        ? "No formulas."
        : shown
            .map(row =>
              "error" in row
                ? `✗ ${row.name}  ${printable(row.error)}`
                : `${row.name}  (${row.type}, ${row.steps} steps)  ${printable(row.description)}`,
            )
            .join("\n"),
    );
    return 0;
  },
});
