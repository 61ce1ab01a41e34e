/**
 * From a formula as written to one flat list of steps with their edges: inheritance, variables, conditions, loops,
 * expansions, composition and advice, in this order. Pure; other formulas come from `load`.
 */
import { AppError } from "../schema/errors.ts";
import { adviseSteps } from "./advice.ts";
import { composeSteps } from "./compose.ts";
import { flatten, type PlanContext, type PlannedStep } from "./flatten.ts";
import type { BondPoint, Formula } from "./formula.ts";
import { attachHooks } from "./hooks.ts";
import { resolveVariables, substitute, type Values } from "./variables.ts";

/** Finds a formula by name. @throws {AppError} not_found, invalid_argument */
export type LoadFormula = (name: string) => Formula;

/** A formula ready to be made into beads. */
export interface Plan {
  readonly formula: string;
  readonly type: NonNullable<Formula["type"]>;
  readonly title: string;
  readonly description: string;
  readonly phase: "liquid" | "vapor";
  readonly vars: Values;
  /** Names of its variables. */
  readonly declared: readonly string[];
  readonly steps: readonly PlannedStep[];
  readonly bondPoints: readonly BondPoint[];
  /** Whether a wisp of it has its steps as beads; false for the root alone. */
  readonly stepsInWisp: boolean;
  /** An agent may submit before the last step. */
  readonly earlyDone: boolean;
}

/**
 * Plans a formula with these values; with `values` undefined the texts keep their `{{names}}` (a template).
 * @throws {AppError} invalid_argument (naming step and key), dependency_cycle, not_found (a formula that it uses)
 */
export function planFormula(name: string, values: Values | undefined, load: LoadFormula): Plan {
  const formula = inherit(name, load, []);
  const vars = values === undefined ? defaults(formula) : resolveVariables(formula.vars ?? {}, values);
  const context: PlanContext = {
    formula: formula.formula,
    vars,
    load: (other: string) => inherit(other, load, []),
    keepText: values === undefined,
    dropped: new Set<string>(),
  };
  const own = formula.type === "expansion" ? (formula.template ?? []) : (formula.steps ?? []);
  let steps = flatten(own, context);
  steps = attachHooks(composeSteps(steps, formula.compose, context), formula.compose, context);
  for (const aspect of formula.compose?.aspects ?? []) {
    const other = context.load(aspect);
    if (other.type !== "aspect")
      throw new AppError(
        "invalid_argument",
        `formula ${formula.formula}: compose.aspects names ${aspect}, which is no aspect`,
      );
    steps = adviseSteps(steps, other, context);
  }
  if (formula.type !== "aspect") steps = adviseSteps(steps, formula, context);
  checkGraph(formula.formula, steps);
  checkNames(formula, steps, context);
  return {
    formula: formula.formula,
    type: formula.type ?? "workflow",
    title: formula.formula,
    description: context.keepText ? (formula.description ?? "") : substitute(formula.description ?? "", vars),
    phase: formula.phase ?? "liquid",
    vars,
    declared: Object.keys(formula.vars ?? {}),
    steps,
    bondPoints: formula.compose?.bond_points ?? [],
    stepsInWisp: formula.pour ?? true,
    earlyDone: formula.early_done ?? false,
  };
}

/** The formula with what it extends merged in: parents first, steps of the same id replaced in place. */
function inherit(name: string, load: LoadFormula, chain: readonly string[]): Formula {
  if (chain.includes(name)) {
    throw new AppError("dependency_cycle", `formulas extend each other: ${[...chain, name].join(" -> ")}`);
  }
  const own = load(name);
  let base: Formula | undefined;
  for (const parent of own.extends ?? []) {
    const next = inherit(parent, load, [...chain, name]);
    base = base === undefined ? next : over(base, next);
  }
  return base === undefined ? own : over(base, own);
}

function over(base: Formula, own: Formula): Formula {
  const steps = byId(base.steps, own.steps);
  const template = byId(base.template, own.template);
  return {
    ...base,
    ...own,
    vars: { ...base.vars, ...own.vars },
    ...(steps ? { steps } : {}),
    ...(template ? { template } : {}),
    ...(base.advice || own.advice ? { advice: [...(base.advice ?? []), ...(own.advice ?? [])] } : {}),
    ...(base.compose || own.compose ? { compose: { ...base.compose, ...own.compose } } : {}),
  };
}

function byId<T extends { readonly id: string }>(
  base: readonly T[] | undefined,
  own: readonly T[] | undefined,
): T[] | undefined {
  if (base === undefined && own === undefined) return undefined;
  const merged = new Map<string, T>();
  for (const step of [...(base ?? []), ...(own ?? [])]) merged.set(step.id, step);
  return [...merged.values()];
}

function defaults(formula: Formula): Values {
  const values: Record<string, string> = {};
  for (const [name, variable] of Object.entries(formula.vars ?? {})) {
    if (variable.default !== undefined) values[name] = variable.default;
  }
  return values;
}

/** What a step waits for, where bonds attach and what is poured at the end is there. */
function checkNames(formula: Formula, steps: readonly PlannedStep[], context: PlanContext): void {
  const missing = (where: string, id: string): AppError =>
    new AppError("invalid_argument", `formula ${formula.formula}: ${where} \`${id}\`, which is no step`, {
      hint: `Steps are: ${steps.map(step => step.id).join(", ")}.`,
    });
  const known = (id: string): boolean => context.dropped.has(id) || steps.some(step => step.id === id);
  for (const step of steps) {
    const spawner = /^children-of\((.+)\)$/.exec(step.waitsFor ?? "")?.[1];
    if (spawner !== undefined && !known(spawner))
      throw missing(`step \`${step.id}\` waits for children of`, spawner);
    if (step.onComplete !== undefined && !context.keepText) context.load(step.onComplete.bond);
  }
  for (const point of formula.compose?.bond_points ?? []) {
    const id = point.after_step ?? point.before_step ?? "";
    if (!known(id)) throw missing(`bond point \`${point.id}\` names`, id);
  }
}

/** Ids are unique, every need is known, and nothing waits for itself. */
function checkGraph(formula: string, steps: readonly PlannedStep[]): void {
  const byName = new Map<string, PlannedStep>();
  for (const step of steps) {
    if (byName.has(step.id))
      throw new AppError("invalid_argument", `formula ${formula}: two steps have the id \`${step.id}\``);
    byName.set(step.id, step);
  }
  const done = new Set<string>();
  const visit = (step: PlannedStep, path: readonly string[]): void => {
    if (path.includes(step.id)) {
      throw new AppError(
        "dependency_cycle",
        `formula ${formula}: steps wait for each other: ${[...path, step.id].join(" -> ")}`,
      );
    }
    if (done.has(step.id)) return;
    for (const need of step.needs) {
      const next = byName.get(need);
      if (next === undefined) {
        throw new AppError(
          "invalid_argument",
          `formula ${formula}: step \`${step.id}\` needs \`${need}\`, which is no step`,
          {
            hint: `Steps are: ${[...byName.keys()].join(", ")}.`,
          },
        );
      }
      visit(next, [...path, step.id]);
    }
    done.add(step.id);
  };
  for (const step of steps) visit(step, []);
}
