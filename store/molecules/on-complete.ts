/** `on_complete` of a step: when it closes, one molecule for each item of its output. */
import { z } from "zod";
import type { BeadTx } from "../api.ts";
import type { Bead } from "../schema/bead.ts";
import { AppError } from "../schema/errors.ts";
import { prefixOf } from "../schema/ids.ts";
import { onCompleteSchema } from "./formula.ts";
import { pourPlan } from "./pour.ts";
import { type LoadFormula, planFormula } from "./resolve.ts";

const stepMarkSchema = z.looseObject({ on_complete: onCompleteSchema.optional() });
/** Molecules that one step may make. */
const MAX_ITEMS = 200;

/**
 * Pours the formula that a closed step names for each item of its output (`metadata.output`), as children of the step.
 * `{item}`, `{item.key}` and `{index}` in the values stand for the item. Roots of what was made; empty when there is nothing to do.
 * @throws {AppError} invalid_argument: the output is no list; too_large: it is longer than 200
 */
export function runOnComplete(tx: BeadTx, step: Bead, load: LoadFormula): string[] {
  const mark = stepMarkSchema.safeParse(step.metadata?.step);
  const rule = mark.success ? mark.data.on_complete : undefined;
  if (rule === undefined) return [];
  const items = follow({ output: step.metadata?.output }, rule.for_each.split("."));
  if (!Array.isArray(items)) {
    throw new AppError("invalid_argument", `${step.id}: ${rule.for_each} is no list`, {
      hint: `Set it before closing the step: bd update ${step.id} --metadata '{"output":{...}}'.`,
    });
  }
  if (items.length > MAX_ITEMS)
    throw new AppError(
      "too_large",
      `${step.id}: ${rule.for_each} has ${items.length} items; the limit is ${MAX_ITEMS}`,
    );
  const roots: string[] = [];
  items.forEach((item: unknown, index) => {
    const vars = Object.fromEntries(
      Object.entries(rule.vars ?? {}).map(([key, value]) => [key, fill(value, item, index)]),
    );
    const { root } = pourPlan(tx, planFormula(rule.bond, vars, load), {
      prefix: prefixOf(step.id),
      phase: step.ephemeral ? "vapor" : "liquid",
    });
    tx.addDependency(root, step.id, "parent-child");
    const before = roots.at(-1);
    if (rule.sequential && before !== undefined) tx.addDependency(root, before, "blocks");
    roots.push(root);
  });
  return roots;
}

function fill(text: string, item: unknown, index: number): string {
  return text.replaceAll(/\{(item(?:\.[A-Za-z0-9_]+)*|index)\}/g, (_, path: string) => {
    if (path === "index") return String(index);
    const value = follow({ item }, path.split("."));
    return typeof value === "string" ? value : JSON.stringify(value ?? "");
  });
}

function follow(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}
