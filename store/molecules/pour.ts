/** Makes beads of a plan: a root, one child per step, `blocks` edges for needs, a gate bead per gate. */
import type { BeadTx } from "../api.ts";
import type { Bead } from "../schema/bead.ts";
import { mintId } from "../schema/ids.ts";
import { parseDuration } from "./duration.ts";
import type { PlannedStep } from "./flatten.ts";
import type { Plan } from "./resolve.ts";

/** How the beads are to be. */
export interface PourOptions {
  /** Prefix of the ids. */
  readonly prefix: string;
  /** `solid`: a template; `liquid`: persistent; `vapor`: ephemeral, never synced. */
  readonly phase: "solid" | "liquid" | "vapor";
  readonly title?: string | undefined;
  readonly assignee?: string | undefined;
  /** The bead that the molecule is the way of working on. */
  readonly source?: string | undefined;
  /** Time to live class of a wisp, e.g. `patrol`. */
  readonly wispType?: string | undefined;
  /** Only the root: the steps are shown from the formula. */
  readonly rootOnly?: boolean;
}

/** What was made. */
export interface Poured {
  readonly root: string;
  /** Step id -> bead id; the formula's own name -> the root. */
  readonly ids: Readonly<Record<string, string>>;
  readonly created: number;
}

/** Ids get the length they would have in a store of this size, since other machines mint them too. */
const ASSUMED_STORE_SIZE = 5_000;

const INFIX = { solid: "proto", liquid: "mol", vapor: "wisp" } as const;

/** @throws {AppError} invalid_argument (a gate's timeout), too_large, and what the store refuses */
export function pourPlan(tx: BeadTx, plan: Plan, options: PourOptions): Poured {
  const common = {
    ...(options.phase === "vapor" ? { ephemeral: true } : {}),
    ...(options.phase === "solid" ? { is_template: true } : {}),
    source_formula: plan.formula,
  };
  const title = options.title ?? plan.title;
  const seed = {
    title,
    description: plan.description,
    creator: tx.origin.actor,
    unixNano: BigInt(Date.parse(tx.now)) * 1_000_000n,
  };
  const root = mintId(seed, {
    prefix: options.prefix,
    infix: INFIX[options.phase],
    count: ASSUMED_STORE_SIZE,
    taken: id => tx.get(id) !== undefined,
  });
  tx.create({
    ...common,
    id: root,
    prefix: options.prefix,
    title,
    description: plan.description || undefined,
    issue_type: "molecule",
    mol_type: "work",
    assignee: options.assignee,
    wisp_type: options.wispType,
    metadata: {
      molecule: {
        formula: plan.formula,
        vars: plan.vars,
        ...(options.source === undefined ? {} : { source: options.source }),
        ...(plan.earlyDone ? { early_done: true } : {}),
      },
    },
  });
  const ids: Record<string, string> = { [plan.formula]: root };
  if (options.rootOnly) return { root, ids, created: 1 };

  plan.steps.forEach((step, index) => {
    ids[step.id] = createStep(tx, step, index, {
      root,
      parent: ids[step.parent ?? ""] ?? root,
      common,
      prefix: options.prefix,
    }).id;
  });
  let created = plan.steps.length + 1;
  for (const step of plan.steps) {
    const id = ids[step.id] ?? root;
    for (const need of step.needs) tx.addDependency(id, ids[need] ?? root, "blocks");
    if (step.waitsFor !== undefined) addWait(tx, id, step, ids);
    if (step.gate) {
      createGate(tx, step, { id, root, common, prefix: options.prefix });
      created += 1;
    }
  }
  return { root, ids, created };
}

interface Place {
  readonly root: string;
  readonly common: Partial<Bead>;
  readonly prefix: string;
}

function createStep(
  tx: BeadTx,
  step: PlannedStep,
  index: number,
  place: Place & { readonly parent: string },
): Bead {
  return tx.create({
    ...place.common,
    parent: place.parent,
    prefix: place.prefix,
    title: step.title,
    description: step.description,
    notes: step.notes,
    acceptance_criteria: step.acceptance,
    issue_type: step.type,
    priority: step.priority ?? 2,
    assignee: step.assignee,
    labels: step.labels.length > 0 ? [...step.labels] : undefined,
    source_location: `steps[${index}]`,
    metadata: {
      ...step.metadata,
      step: {
        id: step.id,
        molecule: place.root,
        ...(step.onComplete ? { on_complete: step.onComplete } : {}),
      },
    },
  });
}

/** The wait is on the children of the step itself, or of the step that is named. */
function addWait(tx: BeadTx, id: string, step: PlannedStep, ids: Readonly<Record<string, string>>): void {
  const named = /^children-of\((.+)\)$/.exec(step.waitsFor ?? "")?.[1];
  const spawner = named === undefined ? (step.needs[0] ?? step.id) : named;
  const gate = step.waitsFor === "any-children" ? "any-children" : "all-children";
  const target = ids[spawner] ?? id;
  if (target === id) return;
  tx.removeDependency(id, target);
  tx.addDependency(id, target, "waits-for", JSON.stringify({ gate, spawner_id: target }));
}

function createGate(tx: BeadTx, step: PlannedStep, place: Place & { readonly id: string }): void {
  const gate = step.gate;
  if (!gate) return;
  const id = `${place.root}.gate-${step.id}`;
  tx.create({
    ...place.common,
    id,
    prefix: place.prefix,
    title: `Gate: ${step.title}`,
    issue_type: "gate",
    await_type: gate.type,
    await_id: gate.await_id ?? gate.id,
    timeout: gate.timeout === undefined ? undefined : parseDuration(gate.timeout),
  });
  tx.addDependency(id, place.root, "parent-child");
  tx.addDependency(place.id, id, "blocks");
}
