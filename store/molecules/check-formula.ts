/**
 * Keys of a formula that would do nothing where they stand, or that contradict each other. The schema refuses what it
 * does not know; this refuses what it knows and could not heed, so that nothing is silently ignored.
 */
import { parseDuration } from "./duration.ts";
import type { Formula, Step, StepGate } from "./formula.ts";

/** Keys that a step has for itself; where a loop or an expansion takes its place there is nothing to have them. */
const OWN_KEYS = [
  "notes",
  "acceptance",
  "type",
  "priority",
  "labels",
  "metadata",
  "waits_for",
  "assignee",
  "gate",
  "on_complete",
  "children",
] as const satisfies readonly (keyof Step)[];

/** Parts that a type of formula does not have. */
const FOREIGN = {
  workflow: ["template"],
  convoy: ["template"],
  expansion: ["steps"],
  aspect: ["steps", "template", "compose"],
} as const satisfies Record<NonNullable<Formula["type"]>, readonly (keyof Formula)[]>;

/** What is wrong, naming place and key; undefined when nothing is. */
export function formulaFault(formula: Formula, type: NonNullable<Formula["type"]>): string | undefined {
  const foreign = FOREIGN[type].find(key => formula[key] !== undefined);
  if (foreign !== undefined) return `\`${foreign}\` does nothing in a formula of type ${type}`;
  if (formula.pointcuts !== undefined && formula.advice === undefined && formula.extends === undefined)
    return "`pointcuts` does nothing without `advice`";
  for (const [name, variable] of Object.entries(formula.vars ?? {})) {
    const pattern = "pattern" in variable ? variable.pattern : undefined;
    if (pattern !== undefined && !isPattern(pattern))
      return `vars.${name}.pattern: ${JSON.stringify(pattern)} is no regular expression`;
  }
  return stepsFault(stepsOf(formula)) ?? composeFault(formula.compose);
}

function stepsOf({ steps, template, advice }: Formula): readonly Step[] {
  const advised = (advice ?? []).flatMap(({ before, after, around }) => [
    before,
    after,
    ...(around?.before ?? []),
    ...(around?.after ?? []),
  ]);
  return [...(steps ?? []), ...(template ?? []), ...advised.filter(step => step !== undefined)];
}

function stepsFault(steps: readonly Step[]): string | undefined {
  for (const step of steps) {
    const fault = stepFault(step);
    if (fault !== undefined) return `step \`${step.id}\`: ${fault}`;
    const inner = stepsFault([...(step.children ?? []), ...(step.loop?.body ?? [])]);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function stepFault(step: Step): string | undefined {
  const { loop, expand, gate, on_complete: after } = step;
  if (step.expand_vars !== undefined && expand === undefined)
    return "`expand_vars` does nothing without `expand`";
  if (loop !== undefined && expand !== undefined)
    return "it has both `loop` and `expand`; put the expansion into the body";
  const instead = loop !== undefined ? "loop" : expand !== undefined ? "expand" : undefined;
  const idle = instead === undefined ? undefined : OWN_KEYS.find(key => step[key] !== undefined);
  if (idle !== undefined)
    return `\`${idle}\` does nothing beside \`${instead}\`; give it to a step ${instead === "loop" ? "of the body" : "of the expansion's template"}`;
  if (loop !== undefined) {
    const kinds = (["count", "range", "until"] as const).filter(key => loop[key] !== undefined);
    if (kinds.length !== 1) return "its loop needs one of `count`, `range`, and `until` with `max`";
    if (loop.max !== undefined && loop.until === undefined) return "`loop.max` does nothing without `until`";
  }
  if (after?.parallel === true && after.sequential === true)
    return "`on_complete` is either `parallel` or `sequential`";
  if (step.waits_for?.endsWith("-children") === true && !step.needs?.length && !step.depends_on?.length)
    return "`waits_for` needs a step before it in `needs`, whose children are meant, or children-of(step)";
  return gate === undefined ? undefined : gateFault(gate);
}

function gateFault({ type, id, await_id: awaited, timeout }: StepGate): string | undefined {
  if (id !== undefined && awaited !== undefined)
    return "`gate.id` and `gate.await_id` are the same; give one";
  const named = id ?? awaited;
  if (type === "timer" && timeout === undefined) return "a timer gate needs `timeout`";
  if (type === "bead" && named === undefined) return "a gate of type bead needs `await_id`";
  if (timeout === undefined || timeout.includes("{{")) return undefined;
  try {
    parseDuration(timeout);
    return undefined;
  } catch {
    return `gate.timeout: ${JSON.stringify(timeout)} is no duration such as 30m or 1h30m`;
  }
}

function composeFault(compose: Formula["compose"]): string | undefined {
  for (const { id, after_step: after, before_step: before, parallel } of compose?.bond_points ?? []) {
    if ((after === undefined) === (before === undefined))
      return `bond point \`${id}\`: it needs one of \`after_step\` and \`before_step\``;
    if (parallel === true && before !== undefined)
      return `bond point \`${id}\`: \`parallel\` does nothing with \`before_step\``;
  }
  return undefined;
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`) instanceof RegExp;
  } catch {
    return false;
  }
}
