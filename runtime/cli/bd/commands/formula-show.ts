/** `bd formula show`. */
import { parseFormula } from "../../../../store/molecules/parse.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { formulaText } from "../mol/formula-files.ts";

export default defineCommand<BdContext>()({
  summary: "The text of a formula",
  positionals: [{ name: "formula", required: true }],
  run({ args }, ctx) {
    const { text, source } = formulaText(ctx, args[0] ?? "");
    ctx.out.emit({ ...parseFormula(text, source), source }, () => text);
    return 0;
  },
});
