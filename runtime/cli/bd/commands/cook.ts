/** `bd cook`: checks a formula, shows what it makes, or stores it as a template. */
import { pourPlan } from "../../../../store/molecules/pour.ts";
import { planFormula } from "../../../../store/molecules/resolve.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { formulaLoader, varsFrom } from "../mol/formula-files.ts";
import { previewPlan } from "../mol/preview.ts";

export default defineCommand<BdContext>()({
  summary: "Check a formula and show what it makes, or keep it as a template",
  description:
    "compile (the default) leaves {{variables}} as they are; runtime fills them in. With --persist the result is stored as template beads.",
  examples: [{ line: "bd cook feature" }, { line: 'bd cook feature --mode runtime --var title="dark mode"' }],
  positionals: [{ name: "formula", summary: "Name or file", required: true }],
  flags: {
    mode: {
      type: "string",
      choices: ["compile", "runtime"],
      summary: "Default: runtime when --var is given",
    },
    var: { type: "string", multiple: true, value: "name=value", summary: "Value of a variable" },
    persist: { type: "boolean", summary: "Store it as template beads" },
    prefix: { type: "string", summary: "Prefix of the template's ids" },
    "search-path": {
      type: "string",
      multiple: true,
      value: "folder",
      summary: "Look for formulas here first",
    },
    "dry-run": { type: "boolean", summary: "Show only" },
    force: { type: "boolean", summary: "Replace a template that was cooked of this formula before" },
  },
  async run({ flags, args }, ctx) {
    const formula = args[0] ?? "";
    const runtime = flags.mode === "runtime" || (flags.mode === undefined && flags.var.length > 0);
    const vars = runtime ? varsFrom(flags.var) : undefined;
    if (flags.persist !== true || flags["dry-run"] === true)
      return previewPlan(formula, vars, flags["search-path"], ctx);
    const plan = planFormula(formula, vars, formulaLoader(ctx, flags["search-path"]));
    const backend = await ctx.backend();
    const made = await backend.change({ touches: "all", subject: `Cook ${plan.formula}` }, tx => {
      const before = tx
        .query({ type: ["molecule"] })
        .filter(bead => bead.is_template === true && bead.source_formula === plan.formula);
      const [known] = before;
      if (known && flags.force !== true) return { root: known.id, created: 0 };
      for (const old of before) {
        for (const bead of tx.query({ ancestor: old.id })) tx.delete(bead.id, "cooked again");
        tx.delete(old.id, "cooked again");
      }
      return pourPlan(tx, plan, { prefix: flags.prefix ?? backend.prefix, phase: "solid" });
    });
    ctx.touched(made.root, made.created > 0);
    ctx.out.emit(
      {
        proto_id: made.root,
        formula: plan.formula,
        created: made.created,
        variables: Object.keys(formulaLoader(ctx, flags["search-path"])(formula).vars ?? {}),
        bond_points: plan.bondPoints.map(point => point.id),
      },
      () =>
        made.created === 0
          ? `${printable(plan.formula)} is cooked already: ${made.root} (--force cooks it again)`
          : `✓ Cooked ${printable(plan.formula)} as ${made.root}: ${made.created} beads`,
    );
    return 0;
  },
});
