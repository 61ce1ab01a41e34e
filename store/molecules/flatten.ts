/** Steps as written -> a flat list: variables filled in, conditions decided, loops unrolled, children and expansions laid out. */
import { AppError } from "../schema/errors.ts";
import type { Formula, OnComplete, Step, StepGate } from "./formula.ts";
import { stepIdPattern } from "./formula.ts";
import { holds, innerValues, substituteDeep, type Values } from "./variables.ts";

/** One step of a plan; `needs` names steps of the same plan. */
export interface PlannedStep {
  readonly id: string;
  readonly title: string;
  readonly description?: string | undefined;
  readonly notes?: string | undefined;
  readonly acceptance?: string | undefined;
  readonly type: string;
  readonly priority?: number | undefined;
  readonly labels: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly needs: readonly string[];
  /** `all-children`, `any-children` or `children-of(step)`. */
  readonly waitsFor?: string | undefined;
  readonly assignee?: string | undefined;
  readonly gate?: StepGate | undefined;
  readonly onComplete?: OnComplete | undefined;
  /** Step that this one is a child of. */
  readonly parent?: string | undefined;
}

/** What planning one formula knows. */
export interface PlanContext {
  readonly formula: string;
  readonly vars: Values;
  readonly load: (name: string) => Formula;
  /** Texts keep their `{{names}}`: the plan becomes a template. */
  readonly keepText: boolean;
  /** Ids of steps whose condition does not hold; filled while planning. */
  readonly dropped: Set<string>;
}

/** How deep expansions may nest before it is taken for a loop. */
const MAX_DEPTH = 10;
/** Steps of one plan at the most. */
const MAX_STEPS = 5_000;

/** @throws {AppError} invalid_argument, naming formula and step */
export function flatten(steps: readonly Step[], context: PlanContext): PlannedStep[] {
  const flat = bridgeDropped(lay(steps, context, context.vars, undefined, 0));
  if (flat.length > MAX_STEPS) {
    throw new AppError(
      "too_large",
      `formula ${context.formula} makes ${flat.length} steps; the limit is ${MAX_STEPS}`,
    );
  }
  return flat;
}

interface Laid extends PlannedStep {
  /** A step whose condition does not hold: it vanishes, its needs go to who needs it. */
  readonly dropped?: boolean;
}

function lay(
  steps: readonly Step[],
  context: PlanContext,
  vars: Values,
  parent: string | undefined,
  depth: number,
): Laid[] {
  if (depth > MAX_DEPTH) {
    throw new AppError(
      "dependency_cycle",
      `formula ${context.formula}: expansions nest deeper than ${MAX_DEPTH}`,
    );
  }
  return steps.flatMap(written => {
    const filled = fill(written, context, vars);
    const dropped = filled.condition !== undefined && !holds(filled.condition, vars);
    if (dropped) {
      const gone = { ...plan(filled, parent, context), dropped };
      // What is below it goes with it, and who needed that needs what the step needed.
      const below =
        filled.loop === undefined ? lay(filled.children ?? [], context, vars, filled.id, depth + 1) : [];
      const all = [gone, ...below.map(step => ({ ...step, needs: gone.needs, dropped }))];
      for (const { id } of all) context.dropped.add(id);
      return all;
    }
    if (filled.loop) return unroll(filled, context, vars, parent, depth);
    if (filled.expand !== undefined) {
      return replaceBy(
        plan(filled, parent, context),
        filled.expand,
        filled.expand_vars ?? {},
        context,
        depth,
      );
    }
    const children = lay(filled.children ?? [], context, vars, filled.id, depth + 1);
    return [plan(filled, parent, context), ...children];
  });
}

/** A step with its variables filled in, all but conditions (which read them) and nested steps (which have more). */
function fill(step: Step, context: PlanContext, vars: Values): Step {
  const { children, loop, condition, ...own } = step;
  return {
    ...(context.keepText ? { ...own, id: substituteDeep(own.id, vars) } : substituteDeep(own, vars)),
    ...(children ? { children } : {}),
    ...(loop ? { loop } : {}),
    ...(condition === undefined ? {} : { condition }),
  };
}

function plan(step: Step, parent: string | undefined, context: PlanContext): PlannedStep {
  if (!stepIdPattern.test(step.id)) {
    throw new AppError("invalid_argument", `formula ${context.formula}: \`${step.id}\` is no step id`, {
      hint: "Use letters, digits, `-`, `_` and `.`.",
    });
  }
  return {
    id: step.id,
    title: step.title,
    description: step.description,
    notes: step.notes,
    acceptance: step.acceptance,
    type: step.type ?? (step.children?.length ? "epic" : "task"),
    priority: step.priority,
    labels: step.labels ?? [],
    metadata: step.metadata,
    needs: [...new Set([...(step.needs ?? []), ...(step.depends_on ?? [])])],
    waitsFor: step.waits_for,
    assignee: step.assignee,
    gate: step.gate,
    onComplete: step.on_complete,
    parent,
  };
}

/** The iterations of a loop, one after another; the loop's own id then stands for the end of the last one. */
function unroll(
  step: Step,
  context: PlanContext,
  vars: Values,
  parent: string | undefined,
  depth: number,
): Laid[] {
  const loop = step.loop;
  if (!loop) return [];
  const name = loop.var ?? "n";
  const made: Laid[] = [];
  let before: readonly string[] = plan(step, parent, context).needs;
  for (const value of iterations(step, vars, context)) {
    const scope = { ...vars, [name]: String(value) };
    if (
      made.length > 0 &&
      loop.until !== undefined &&
      holds(loop.until, { ...vars, [name]: String(value - 1) })
    )
      break;
    const prefix = `${step.id}-${value}-`;
    const own = new Set(loop.body.map(item => substituteDeep(item.id, scope)));
    const body = bridgeDropped(lay(loop.body, { ...context, keepText: false }, scope, parent, depth + 1)).map(
      item => ({
        ...item,
        id: prefix + item.id,
        needs: item.needs.map(need => (own.has(need) ? prefix + need : need)),
        waitsFor: waitRenamed(item.waitsFor, name => (own.has(name) ? prefix + name : name)),
        parent: item.parent !== undefined && own.has(item.parent) ? prefix + item.parent : item.parent,
      }),
    );
    made.push(...link(body, before));
    before = sinks(body);
  }
  return [...made, { ...plan(step, parent, context), needs: before, dropped: true }];
}

function iterations(step: Step, vars: Values, context: PlanContext): number[] {
  const loop = step.loop;
  const wrong = (why: string): AppError =>
    new AppError("invalid_argument", `formula ${context.formula}: loop of step \`${step.id}\`: ${why}`);
  if (loop?.range !== undefined) {
    const [, from, to] =
      /^(-?\d+)\.\.(-?\d+)$/.exec(substituteDeep(loop.range, vars).replaceAll(" ", "")) ?? [];
    if (from === undefined || to === undefined || Number(to) < Number(from))
      throw wrong("`range` must be like 1..5");
    return counting(Number(from), Math.min(Number(to), Number(from) + MAX_STEPS));
  }
  if (loop?.until !== undefined) {
    if (loop.max === undefined) throw wrong("`until` needs `max`");
    return counting(1, loop.max);
  }
  const count = Number(substituteDeep(loop?.count ?? "", vars));
  if (!Number.isInteger(count) || count < 1 || count > 1_000)
    throw wrong("it needs `count` (1 to 1000), `range`, or `until` with `max`");
  return counting(1, count);
}

function counting(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** The template of an expansion in the place of `target`. */
export function replaceBy(
  target: PlannedStep,
  name: string,
  given: Values,
  context: PlanContext,
  depth = 0,
): Laid[] {
  const other = context.load(name);
  if (other.type !== "expansion") {
    throw new AppError(
      "invalid_argument",
      `formula ${context.formula}: step \`${target.id}\` expands ${name}, which is no expansion`,
    );
  }
  const part = other.compose === undefined ? (other.advice === undefined ? undefined : "advice") : "compose";
  if (part !== undefined) {
    throw new AppError(
      "invalid_argument",
      `formula ${context.formula}: step \`${target.id}\` expands ${name}, whose \`${part}\` does nothing there`,
    );
  }
  const vars = { ...context.vars, ...inner(name, other, given, context) };
  const template = (other.template ?? []).map(step => fillTarget(step, target));
  const laid = bridgeDropped(lay(template, context, vars, target.parent, depth + 1));
  return [...link(laid, target.needs), { ...target, needs: sinks(laid), dropped: true }];
}

/** Values of a formula that is used by another. @throws {AppError} invalid_argument, naming both */
export function inner(name: string, other: Formula, given: Values, context: PlanContext): Values {
  try {
    return innerValues(other.vars ?? {}, given, context.keepText);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError("invalid_argument", `formula ${context.formula} uses ${name}: ${error.message}`, {
      hint: `Give the values of ${name} where it is named.`,
    });
  }
}

/** `waits_for` with the step in `children-of(step)` renamed. */
export function waitRenamed(wait: string | undefined, rename: (id: string) => string): string | undefined {
  const named = /^children-of\((.+)\)$/.exec(wait ?? "")?.[1];
  return named === undefined ? wait : `children-of(${rename(named)})`;
}

/** `value` with `{target}`, `{target.title}` and `{target.description}` filled in, at any depth. */
export function fillTarget<T>(value: T, target: PlannedStep): T {
  // SAFETY: strings become strings, and every other kind of value keeps its shape.
  if (typeof value === "string") {
    return value
      .replaceAll("{target.title}", target.title)
      .replaceAll("{target.description}", target.description ?? "")
      .replaceAll("{target}", target.id) as T;
  }
  if (Array.isArray(value)) return value.map(item => fillTarget(item, target)) as T;
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, fillTarget(item, target)]),
    ) as T;
  }
  return value;
}

/** Steps of the group that need nothing within it come after `before`. */
function link<T extends PlannedStep>(group: readonly T[], before: readonly string[]): T[] {
  const ids = new Set(group.map(step => step.id));
  return group.map(step =>
    step.needs.some(need => ids.has(need)) || (step.parent !== undefined && ids.has(step.parent))
      ? step
      : { ...step, needs: [...new Set([...step.needs, ...before])] },
  );
}

/** Steps of the group that no other one of it needs. */
export function sinks(group: readonly PlannedStep[]): string[] {
  const needed = new Set(group.flatMap(step => step.needs));
  return group.filter(step => !needed.has(step.id)).map(step => step.id);
}

/** Takes dropped steps out; who needed one needs what it needed. */
export function bridgeDropped(steps: readonly Laid[]): PlannedStep[] {
  const dropped = new Map(steps.filter(step => step.dropped).map(step => [step.id, step.needs]));
  const bridge = (needs: readonly string[], seen: ReadonlySet<string>): string[] =>
    needs.flatMap(need => {
      const through = dropped.get(need);
      if (through === undefined) return [need];
      return seen.has(need) ? [] : bridge(through, new Set([...seen, need]));
    });
  return steps
    .filter(step => !step.dropped)
    .map(({ dropped: _, ...step }) => ({ ...step, needs: [...new Set(bridge(step.needs, new Set()))] }));
}
