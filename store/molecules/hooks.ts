/** `compose.hooks`: whole formulas attached where a step has a label, type or priority, at a bond point or after that step. */
import { AppError } from "../schema/errors.ts";
import { flatten, inner, type PlanContext, type PlannedStep, sinks, waitRenamed } from "./flatten.ts";
import type { BondPoint, Compose } from "./formula.ts";

/** @throws {AppError} invalid_argument: a bond point or a step of one is not there */
export function attachHooks(
  steps: readonly PlannedStep[],
  compose: Compose | undefined,
  context: PlanContext,
): PlannedStep[] {
  let made = [...steps];
  for (const hook of compose?.hooks ?? []) {
    const matching = steps.filter(step => triggers(hook.trigger, step));
    if (matching.length === 0) continue;
    const points =
      hook.at === undefined
        ? matching.map(step => ({ id: step.id, after_step: step.id }))
        : [pointNamed(hook.at, compose, context)];
    for (const point of points) made = attach(made, hook.attach, hook.vars ?? {}, point, context);
  }
  return made;
}

function triggers(trigger: string, step: PlannedStep): boolean {
  const [kind = "", value = ""] = trigger.split(/:(.*)/s);
  if (kind === "label") return step.labels.includes(value);
  return kind === "type" ? step.type === value : String(step.priority ?? 2) === value;
}

function pointNamed(name: string, compose: Compose | undefined, context: PlanContext): BondPoint {
  const point = compose?.bond_points?.find(item => item.id === name);
  if (point) return point;
  throw new AppError(
    "invalid_argument",
    `formula ${context.formula}: compose.hooks names the bond point \`${name}\`, which is not there`,
  );
}

/** The attached steps stand between the named step and what comes after (or before) it; beside it when `parallel`. */
function attach(
  steps: readonly PlannedStep[],
  name: string,
  vars: Readonly<Record<string, string>>,
  point: BondPoint,
  context: PlanContext,
): PlannedStep[] {
  const anchorId = point.after_step ?? point.before_step;
  const anchor = steps.find(step => step.id === anchorId);
  if (anchor === undefined) {
    throw new AppError(
      "invalid_argument",
      `formula ${context.formula}: bond point \`${point.id}\` names \`${anchorId ?? ""}\`, which is no step`,
    );
  }
  const formula = context.load(name);
  const part =
    formula.compose === undefined ? (formula.advice === undefined ? undefined : "advice") : "compose";
  if (part !== undefined) {
    throw new AppError(
      "invalid_argument",
      `formula ${context.formula}: compose.hooks attaches ${name}, whose \`${part}\` does nothing there`,
    );
  }
  const scope = { ...context, vars: { ...context.vars, ...inner(name, formula, vars, context) } };
  const own = flatten(formula.steps ?? formula.template ?? [], scope);
  const rename = (id: string): string => `${anchor.id}-${name}-${id}`;
  const before = point.after_step === undefined ? anchor.needs : [anchor.id];
  const group = own.map(step => ({
    ...step,
    id: rename(step.id),
    needs: step.needs.length === 0 ? [...before] : step.needs.map(rename),
    waitsFor: waitRenamed(step.waitsFor, rename),
    parent: step.parent === undefined ? anchor.parent : rename(step.parent),
  }));
  const ends = sinks(group);
  const woven = steps.map(step => {
    if (point.after_step === undefined)
      return step.id === anchor.id ? { ...step, needs: [...new Set([...step.needs, ...ends])] } : step;
    const follows = point.parallel !== true && step.needs.includes(anchor.id);
    return follows ? { ...step, needs: [...step.needs.filter(need => need !== anchor.id), ...ends] } : step;
  });
  const at = woven.findIndex(step => step.id === anchor.id);
  return point.after_step === undefined
    ? [...woven.slice(0, at), ...group, ...woven.slice(at)]
    : [...woven.slice(0, at + 1), ...group, ...woven.slice(at + 1)];
}
