/** Formulas that work in a town can follow: files of the town first, then those that come with the program. */
import type { Formula, Variable } from "../../../store/molecules/formula.ts";
import { LIBRARY } from "../../../store/molecules/library.ts";
import { parseFormula } from "../../../store/molecules/parse.ts";
import { type LoadFormula, type Plan, planFormula } from "../../../store/molecules/resolve.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { FormulaView } from "../../../store/schema/views.ts";
import type { TownTurn } from "../town-turn.ts";

const BUILT_IN = "built-in";

/** Finds formulas by name, for planning. Each is read once. @throws {AppError} not_found, invalid_argument, storage_io */
export function formulaLoader(ctx: Pick<TownTurn, "town" | "deps">): LoadFormula {
  const read = new Map<string, Formula>();
  return name => {
    const known = read.get(name);
    if (known !== undefined) return known;
    const { text, source } = formulaText(ctx, name);
    const formula = parseFormula(text, source);
    read.set(name, formula);
    return formula;
  };
}

/** All formulas; one that cannot be used says why. */
export function formulaViews(ctx: Pick<TownTurn, "town" | "deps">): FormulaView[] {
  const names = new Set([...(ctx.deps.formulas?.names(ctx.town) ?? []), ...Object.keys(LIBRARY)]);
  return [...names].sort().map(name => formulaView(ctx, name));
}

/** @throws {AppError} not_found */
export function formulaView(ctx: Pick<TownTurn, "town" | "deps">, name: string): FormulaView {
  const { source } = formulaText(ctx, name);
  const load = formulaLoader(ctx);
  try {
    const plan = planFormula(name, undefined, load);
    return {
      ...words(name, load(name), sourceOf(source)),
      steps: plan.steps.map(({ id, title }) => ({ id, title })),
    };
  } catch (error) {
    return {
      name,
      description: "",
      source: sourceOf(source),
      problem: AppError.from(error).message,
      vars: [],
      steps: [],
    };
  }
}

/** The plan of a formula with these values. @throws {AppError} not_found, invalid_argument, dependency_cycle */
export function planNamed(ctx: Pick<TownTurn, "town" | "deps">, name: string, vars: Plan["vars"]): Plan {
  return planFormula(name, vars, formulaLoader(ctx));
}

/** Variables that a formula declares, those of what it extends included. @throws {AppError} not_found, invalid_argument */
export function declaredVars(ctx: Pick<TownTurn, "town" | "deps">, name: string): ReadonlySet<string> {
  const load = formulaLoader(ctx);
  const seen = new Set<string>();
  const found = new Set<string>();
  const visit = (one: string): void => {
    if (seen.has(one)) return;
    seen.add(one);
    const formula = load(one);
    for (const key of Object.keys(formula.vars ?? {})) found.add(key);
    for (const parent of formula.extends ?? []) visit(parent);
  };
  visit(name);
  return found;
}

function formulaText(ctx: Pick<TownTurn, "town" | "deps">, name: string): { text: string; source: string } {
  const own = ctx.deps.formulas?.read(ctx.town, name);
  if (own !== undefined) return own;
  const text = Object.hasOwn(LIBRARY, name) ? LIBRARY[name] : undefined;
  if (text !== undefined) return { text, source: `${name}.formula.toml` };
  const names = [...new Set([...(ctx.deps.formulas?.names(ctx.town) ?? []), ...Object.keys(LIBRARY)])].sort();
  throw new AppError("not_found", `There is no formula "${name}" in ${ctx.town}.`, {
    hint: `There are ${names.join(", ")}. Your own go into the folder "formulas" of the town, as ${name}.formula.toml.`,
    data: { formula: name },
  });
}

function sourceOf(source: string): string {
  return source.includes("/") ? source : BUILT_IN;
}

function words(name: string, formula: Formula, source: string): Omit<FormulaView, "steps"> {
  return {
    name,
    description: formula.description ?? "",
    source,
    vars: Object.entries<Variable>(formula.vars ?? {}).map(([key, variable]) => ({
      name: key,
      required: variable.required ?? false,
      ...(variable.description === undefined ? {} : { description: variable.description }),
      ...(variable.default === undefined ? {} : { default: variable.default }),
    })),
  };
}
