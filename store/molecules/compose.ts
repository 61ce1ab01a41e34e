/** `compose`: expansions at named steps, expansions over a selection, branches that join, gates before a step. */
import { AppError } from "../schema/errors.ts";
import { bridgeDropped, type PlanContext, type PlannedStep, replaceBy } from "./flatten.ts";
import type { Compose } from "./formula.ts";
import { matchesGlob } from "./glob.ts";
import { holds } from "./variables.ts";

/** @throws {AppError} invalid_argument: a key names a step that is not there */
export function composeSteps(
  steps: readonly PlannedStep[],
  compose: Compose | undefined,
  context: PlanContext,
): PlannedStep[] {
  let made = [...steps];
  const wrong = (why: string): AppError =>
    new AppError("invalid_argument", `formula ${context.formula}: compose.${why}`);
  const replace = (id: string, name: string, vars: Readonly<Record<string, string>>): void => {
    made = bridgeDropped(
      made.flatMap(step => (step.id === id ? replaceBy(step, name, vars, context) : [step])),
    );
  };
  for (const { target, with: name, vars } of compose?.expand ?? []) {
    if (!made.some(step => step.id === target)) throw wrong(`expand names \`${target}\`, which is no step`);
    replace(target, name, vars ?? {});
  }
  for (const { select, with: name, vars } of compose?.map ?? []) {
    const chosen = made.filter(step => selects(select, step)).map(step => step.id);
    if (chosen.length === 0) throw wrong(`map selects \`${select}\`, which is no step`);
    for (const id of chosen) replace(id, name, vars ?? {});
  }
  for (const branch of compose?.branch ?? []) {
    for (const id of [branch.from, branch.join, ...branch.steps]) {
      if (!made.some(step => step.id === id)) throw wrong(`branch names \`${id}\`, which is no step`);
    }
    made = made.map(step => {
      if (branch.steps.includes(step.id)) return { ...step, needs: add(step.needs, [branch.from]) };
      return step.id === branch.join ? { ...step, needs: add(step.needs, branch.steps) } : step;
    });
  }
  for (const gate of compose?.gate ?? []) {
    if (!made.some(step => step.id === gate.before))
      throw wrong(`gate names \`${gate.before}\`, which is no step`);
    if (!holds(gate.condition, context.vars)) continue;
    if (made.some(step => step.id === gate.before && step.gate !== undefined))
      throw wrong(`gate names \`${gate.before}\`, which has a gate of its own`);
    made = made.map(step => (step.id === gate.before ? { ...step, gate: { type: "human" as const } } : step));
  }
  return made;
}

/** A selection is a glob over step ids, `label:x` or `type:x`. */
function selects(selection: string, step: PlannedStep): boolean {
  if (selection.startsWith("label:")) return step.labels.includes(selection.slice(6));
  if (selection.startsWith("type:")) return step.type === selection.slice(5);
  return matchesGlob(selection, step.id);
}

function add(needs: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...needs, ...more])];
}
