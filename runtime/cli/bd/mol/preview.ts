/** What a formula would make, without making it. */
import { planFormula } from "../../../../store/molecules/resolve.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { formulaLoader } from "./formula-files.ts";

/** Prints the planned steps. @throws {AppError} not_found, invalid_argument, dependency_cycle */
export function previewPlan(
  formula: string,
  vars: Readonly<Record<string, string>> | undefined,
  searchPath: readonly string[],
  ctx: BdContext,
): number {
  const plan = planFormula(formula, vars, formulaLoader(ctx, searchPath));
  ctx.out.emit(
    {
      dry_run: true,
      formula: plan.formula,
      type: plan.type,
      phase: plan.phase,
      variables: plan.vars,
      steps: plan.steps,
      bond_points: plan.bondPoints,
    },
    () =>
      [
        `${plan.formula}: ${plan.steps.length} steps${plan.description ? ` — ${printable(plan.description)}` : ""}`,
        ...plan.steps.map(step => {
          const needs = step.needs.length > 0 ? `  <- ${step.needs.join(", ")}` : "";
          const gate = step.gate ? `  [gate: ${step.gate.type}]` : "";
          return `  ${step.id}  ${printable(step.title)}${needs}${gate}`;
        }),
      ].join("\n"),
  );
  return 0;
}
