/** `bd mol pour`: a formula becomes a persistent molecule. */
import { type LoadFormula, planFormula } from "../../../../store/molecules/resolve.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";
import { formulaLoader, varsFrom } from "../mol/formula-files.ts";
import { pourFormula } from "../mol/pour-formula.ts";

export default defineCommand<BdContext>()({
  summary: "Make a molecule of a formula: a root and a bead for each step",
  examples: [
    { line: 'bd mol pour feature --var title="dark mode"' },
    { line: "bd mol pour bugfix --var title=crash --for bd-a3f", note: "as the way of working on bd-a3f" },
  ],
  positionals: [{ name: "formula", summary: "Name or file", required: true }],
  flags: {
    var: { type: "string", multiple: true, value: "name=value", summary: "Value of a variable" },
    title: { type: "string", summary: "Title of the root" },
    assignee: { type: "string", short: "a", summary: "Who works on it" },
    for: {
      type: "string",
      value: "id",
      summary: "The bead that it is the way of working on",
      complete: "bead",
    },
    attach: { type: "string", multiple: true, value: "formula", summary: "Pour this one too, after it" },
    "search-path": {
      type: "string",
      multiple: true,
      value: "folder",
      summary: "Look for formulas here first",
    },
    "dry-run": { type: "boolean", summary: "Show the steps, make nothing" },
  },
  async run({ flags, args }, ctx) {
    const formula = args[0] ?? "";
    const vars = varsFrom(flags.var);
    if (flags["dry-run"] === true)
      return (await import("../mol/preview.ts")).previewPlan(formula, vars, flags["search-path"], ctx);
    const source = flags.for === undefined ? undefined : await resolveId(ctx, flags.for);
    const load = formulaLoader(ctx, flags["search-path"]);
    const shares = sharedVars([formula, ...flags.attach], vars, source, load);
    const request = {
      phase: "liquid" as const,
      assignee: flags.assignee,
      source,
      searchPath: flags["search-path"],
    };
    const poured = await pourFormula(
      { ...request, formula, vars: shares[0] ?? vars, title: flags.title },
      ctx,
    );
    let attached = 0;
    for (const [index, name] of flags.attach.entries()) {
      const more = await pourFormula({ ...request, formula: name, vars: shares[index + 1] ?? vars }, ctx);
      const { bond } = await import("../../../../store/molecules/phases.ts");
      await (await ctx.backend()).change({ touches: "all" }, tx =>
        bond(tx, poured.root, more.root, "sequential"),
      );
      attached += 1;
    }
    ctx.out.emit(
      {
        new_epic_id: poured.root,
        id_mapping: poured.ids,
        created: poured.created,
        attached,
        phase: "liquid",
      },
      () =>
        `✓ Poured ${printable(formula)}: ${poured.created} beads\n  Root: ${poured.root}\n  Next: bd ready --mol ${poured.root}`,
    );
    return 0;
  },
});

/**
 * The values for each of these formulas, which must all be right before the first is poured: each gets those that it
 * has, and what none has is refused. `issue` is the bead that it is poured for, where a formula asks.
 */
function sharedVars(
  formulas: readonly string[],
  vars: Readonly<Record<string, string>>,
  source: string | undefined,
  load: LoadFormula,
): Readonly<Record<string, string>>[] {
  const declared = formulas.map(name => planFormula(name, undefined, load).declared);
  return formulas.map((name, index) => {
    const names = declared[index] ?? [];
    const own = Object.entries(vars).filter(
      ([key]) => names.includes(key) || !declared.some(others => others.includes(key)),
    );
    const implied = source !== undefined && names.includes("issue") ? { issue: source } : {};
    const values = { ...implied, ...Object.fromEntries(own) };
    planFormula(name, values, load);
    return values;
  });
}
