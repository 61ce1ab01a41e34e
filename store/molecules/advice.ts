/** `advice`: steps put before, after or around those that match, each woven into the order of the plan. */
import { bridgeDropped, fillTarget, flatten, type PlanContext, type PlannedStep } from "./flatten.ts";
import type { Advice, Formula, Pointcut, Step } from "./formula.ts";
import { matchesGlob } from "./glob.ts";

/** Applies the advice of `aspect` to the steps that its pointcuts (all steps when it has none) and each target select. */
export function adviseSteps(
  steps: readonly PlannedStep[],
  aspect: Formula,
  context: PlanContext,
): PlannedStep[] {
  let made = [...steps];
  for (const advice of aspect.advice ?? []) {
    const targets = made.filter(
      step => matchesGlob(advice.target, step.id) && inPointcuts(step, aspect.pointcuts),
    );
    for (const target of targets) made = weave(made, target, advice, context);
  }
  return made;
}

function inPointcuts(step: PlannedStep, pointcuts: readonly Pointcut[] | undefined): boolean {
  if (!pointcuts?.length) return true;
  return pointcuts.some(
    cut =>
      (cut.glob === undefined || matchesGlob(cut.glob, step.id)) &&
      (cut.type === undefined || step.type === cut.type) &&
      (cut.label === undefined || step.labels.includes(cut.label)),
  );
}

/** `before` steps take over what the target needed; `after` steps stand in for it towards those that needed it. */
function weave(
  steps: readonly PlannedStep[],
  target: PlannedStep,
  advice: Advice,
  context: PlanContext,
): PlannedStep[] {
  const prepare = (written: readonly Step[]): PlannedStep[] =>
    bridgeDropped(
      flatten(
        written.map(step => fillTarget({ ...step, id: nameFor(step.id, target.id) }, target)),
        context,
      ),
    ).map(step => ({ ...step, parent: target.parent }));
  const before = prepare([...(advice.before ? [advice.before] : []), ...(advice.around?.before ?? [])]);
  const after = prepare([...(advice.after ? [advice.after] : []), ...(advice.around?.after ?? [])]);
  const chain = (group: readonly PlannedStep[], first: readonly string[]): PlannedStep[] =>
    group.map((step, index) => ({ ...step, needs: index === 0 ? [...first] : [group[index - 1]?.id ?? ""] }));
  const lastBefore = before.at(-1)?.id;
  const lastAfter = after.at(-1)?.id;
  return steps.flatMap(step => {
    if (step.id === target.id) {
      return [
        ...chain(before, target.needs),
        lastBefore === undefined ? step : { ...step, needs: [lastBefore] },
        ...chain(after, [target.id]),
      ];
    }
    if (lastAfter === undefined || !step.needs.includes(target.id)) return [step];
    return [{ ...step, needs: step.needs.map(need => (need === target.id ? lastAfter : need)) }];
  });
}

/** `{target}` in the id of an advice step, or the target's id before it, keeps ids unique. */
function nameFor(id: string, target: string): string {
  return id.includes("{target}") ? id.replaceAll("{target}", target) : `${target}-${id}`;
}
