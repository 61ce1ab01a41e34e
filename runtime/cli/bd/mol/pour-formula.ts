/** Pours a formula (or a cooked template) into beads, for `bd mol pour` and `bd mol wisp`. */
import { type Poured, pourPlan } from "../../../../store/molecules/pour.ts";
import { planFormula } from "../../../../store/molecules/resolve.ts";
import { prefixOf } from "../../../../store/schema/ids.ts";
import type { BdContext } from "../context.ts";
import { formulaLoader } from "./formula-files.ts";

/** How it is to be poured. */
export interface PourRequest {
  readonly formula: string;
  readonly vars: Readonly<Record<string, string>>;
  /** The formula's own phase when absent. */
  readonly phase?: "liquid" | "vapor";
  readonly title?: string | undefined;
  readonly assignee?: string | undefined;
  readonly source?: string | undefined;
  readonly wispType?: string | undefined;
  readonly rootOnly?: boolean;
  readonly searchPath?: readonly string[];
}

/** @throws {AppError} not_found, invalid_argument, dependency_cycle */
export async function pourFormula(
  request: PourRequest,
  ctx: BdContext,
): Promise<Poured & { readonly phase: "liquid" | "vapor" }> {
  const plan = planFormula(request.formula, request.vars, formulaLoader(ctx, request.searchPath));
  const backend = await ctx.backend();
  const phase = request.phase ?? plan.phase;
  const poured = await backend.change({ touches: "all", subject: `Pour ${plan.formula}` }, tx =>
    pourPlan(tx, plan, {
      prefix: request.source === undefined ? backend.prefix : prefixOf(request.source),
      phase,
      title: request.title,
      assignee: request.assignee,
      source: request.source,
      wispType: request.wispType,
      rootOnly: request.rootOnly ?? (phase === "vapor" && !plan.stepsInWisp),
    }),
  );
  ctx.touched(poured.root, true);
  return { ...poured, phase };
}
