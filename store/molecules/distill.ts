/** A formula of work that was done: the reverse of pouring. */
import type { BeadTx } from "../api.ts";
import type { Bead } from "../schema/bead.ts";
import { AppError } from "../schema/errors.ts";
import { type Formula, formulaSchema, type Step } from "./formula.ts";
import { stepsOf } from "./progress.ts";

/** Edges that put steps in order. */
const ORDER = ["blocks", "conditional-blocks"];

/**
 * A formula with a step for each bead below `root`, in their order.
 * @param vars texts that become variables: name to what it stood for
 * @throws {AppError} not_found; invalid_argument (nothing below the bead, a name that no formula can have)
 */
export function distill(
  tx: BeadTx,
  root: string,
  options: { readonly name?: string | undefined; readonly vars?: Readonly<Record<string, string>> },
): Formula {
  const top = tx.require(root);
  const beads = stepsOf(tx, root);
  if (beads.length === 0) {
    throw new AppError("invalid_argument", `${root} has no steps to make a formula of`, {
      hint: "Name an epic or a molecule with children.",
    });
  }
  const vars = options.vars ?? {};
  const fill = (text: string) => withVariables(text, vars);
  const ids = stepIds(beads);
  const formula = {
    formula: options.name ?? (slug(top.title) || "distilled"),
    description: fill(top.description ?? top.title),
    version: 1,
    type: "workflow",
    vars: Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, { default: value }])),
    steps: beads.map(bead => stepOf(bead, ids, fill)),
  };
  const parsed = formulaSchema.safeParse(formula);
  if (parsed.success) return parsed.data;
  throw new AppError(
    "invalid_argument",
    `${root} makes no formula: ${parsed.error.issues[0]?.message ?? ""}`,
    {
      hint: "Give another name; variables are letters, digits and _.",
    },
  );
}

function stepOf(bead: Bead, ids: ReadonlyMap<string, string>, fill: (text: string) => string): Step {
  const needs = (bead.dependencies ?? [])
    .filter(edge => ORDER.includes(edge.type))
    .flatMap(edge => ids.get(edge.depends_on_id) ?? []);
  return {
    id: ids.get(bead.id) ?? bead.id,
    title: fill(bead.title),
    ...(bead.description === undefined ? {} : { description: fill(bead.description) }),
    ...(bead.acceptance_criteria === undefined ? {} : { acceptance: fill(bead.acceptance_criteria) }),
    ...(bead.issue_type === "task" ? {} : { type: bead.issue_type }),
    ...(bead.priority === 2 ? {} : { priority: bead.priority }),
    ...(bead.labels === undefined || bead.labels.length === 0 ? {} : { labels: [...bead.labels] }),
    ...(needs.length === 0 ? {} : { needs }),
  };
}

/** Ids of steps: those of the formula that they came from, else their titles in short. */
function stepIds(beads: readonly Bead[]): Map<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const bead of beads) {
    const known = stepName(bead);
    const base = known ?? (slug(bead.title) || "step");
    let id = base;
    for (let n = 2; taken.has(id); n++) id = `${base}-${n}`;
    taken.add(id);
    ids.set(bead.id, id);
  }
  return ids;
}

function stepName(bead: Bead): string | undefined {
  const step = bead.metadata?.step;
  if (typeof step !== "object" || step === null || !("id" in step)) return undefined;
  return typeof step.id === "string" ? step.id : undefined;
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
}

function withVariables(text: string, vars: Readonly<Record<string, string>>): string {
  // The longest first, so that a value within another one does not cut it up.
  const entries = Object.entries(vars).sort((a, b) => b[1].length - a[1].length);
  return entries.reduce(
    (rest, [name, value]) => (value === "" ? rest : rest.replaceAll(value, `{{${name}}}`)),
    text,
  );
}
