/** Pouring a bead's formula when the bead is dispatched first, and taking up the step at which its work stands. */
import { pourPlan } from "../../../store/molecules/pour.ts";
import type { Plan } from "../../../store/molecules/resolve.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { type RigRecord, readSatellite } from "../../../store/schema/satellite.ts";
import { stepMachine } from "../../states/molecule.ts";
import { prefixOf } from "../kinds.ts";
import { MAX_MOLECULE_STEPS } from "../limits.ts";
import type { TownTurn } from "../town-turn.ts";
import { declaredVars, planNamed } from "./library.ts";
import { type Molecule, moleculeOf, readMolecule, waitsFor } from "./steps.ts";

const MAX_TITLE_CHARS = 160;

/**
 * The plan of a formula for a bead. Values that were not given are filled in from what the town knows: title, issue,
 * rig, target, test.
 * @throws {AppError} not_found, invalid_argument (variables; a formula that makes no steps), too_large
 */
export function planFor(
  ctx: TownTurn,
  bead: Bead,
  rig: RigRecord,
  formula: { readonly name: string; readonly vars: Readonly<Record<string, string>> },
): Plan {
  const known: Record<string, string> = {
    title: bead.title,
    issue: bead.id,
    bead: bead.id,
    rig: rig.name,
    target: rig.settings.target,
  };
  if (rig.settings.gates.length > 0) known.test = rig.settings.gates.map(gate => gate.command).join(" && ");
  const declared = declaredVars(ctx, formula.name);
  const filled = Object.entries(known).filter(([name]) => declared.has(name));
  const plan = planNamed(ctx, formula.name, { ...Object.fromEntries(filled), ...formula.vars });
  if (plan.steps.length === 0 || plan.type === "aspect" || plan.type === "expansion") {
    throw new AppError(
      "invalid_argument",
      `The formula ${formula.name} makes no steps that one can follow.`,
      {
        hint:
          plan.type === "workflow"
            ? "Give it steps."
            : `It is of type ${plan.type}; name one of type workflow.`,
        data: { formula: formula.name },
      },
    );
  }
  if (plan.steps.length > MAX_MOLECULE_STEPS) {
    throw new AppError(
      "too_large",
      `The formula ${formula.name} makes ${plan.steps.length} steps; a town follows ${MAX_MOLECULE_STEPS} at most.`,
    );
  }
  return plan;
}

/** Pours the bead's formula unless it is poured already. The bead as it is then. @throws {AppError} as {@link planFor} */
export function pourFor(ctx: TownTurn, bead: Bead): Bead {
  const work = ctx.work(bead);
  if (work.formula === undefined || moleculeOf(ctx, bead) !== undefined) return bead;
  const plan = planFor(ctx, bead, ctx.rig(work.rig), work.formula);
  // A step is no work of its own: nobody is given one without its molecule.
  const steps = plan.steps.map(step => (step.type === "task" ? { ...step, type: "step" } : step));
  const poured = pourPlan(
    ctx.tx,
    { ...plan, steps },
    {
      prefix: prefixOf(bead.id),
      phase: plan.phase,
      title: `${plan.formula}: ${bead.title.slice(0, MAX_TITLE_CHARS)}`,
      source: bead.id,
    },
  );
  for (const made of [poured.root, ...ctx.query({ ancestor: poured.root }).map(({ id }) => id)])
    ctx.touch(made);
  ctx.say("molecule.poured", `${bead.id} follows ${plan.formula}: ${plan.steps.length} steps`, {
    rig: work.rig,
    bead: bead.id,
  });
  return ctx.setWork(bead, { molecule: poured.root });
}

/**
 * Lets the bead wait for what its molecule waits for; true when it does. It is dispatched again when that is over.
 */
export function park(ctx: TownTurn, bead: Bead): boolean {
  const molecule = moleculeOf(ctx, bead);
  if (molecule === undefined) return false;
  const blockers = waitsFor(ctx, molecule).filter(blocker => blocker.id !== bead.id);
  for (const blocker of blockers) ctx.tx.addDependency(bead.id, blocker.id, "blocks");
  if (blockers.length === 0) return false;
  ctx.touch(bead.id);
  ctx.say("molecule.waiting", `${bead.id} waits: ${blockers.map(({ title }) => title).join(", ")}`, {
    bead: bead.id,
    ...about(bead),
  });
  return true;
}

/** Gives the step at which the work stands to the agent; nothing without a molecule, or after its last step. */
export function takeUpStep(ctx: TownTurn, bead: Bead, agent: string): Molecule | undefined {
  const molecule = moleculeOf(ctx, bead);
  const current = molecule?.current;
  if (molecule === undefined || current === undefined) return molecule;
  if (current.state === "current" && current.bead.assignee === agent) return molecule;
  if (current.state !== "current") stepMachine.check(current.bead.id, current.state, "current", "town");
  ctx.update(current.bead.id, { status: "in_progress", assignee: agent });
  const { root } = molecule;
  const record = readSatellite(root, "molecule");
  ctx.update(root.id, {
    status: "in_progress",
    assignee: agent,
    metadata: { molecule: { ...record, current: current.bead.id } },
  });
  return readMolecule(ctx, ctx.tx.require(root.id));
}

function about(bead: Bead): { readonly rig?: string } {
  const work = readSatellite(bead, "work");
  return work === undefined ? {} : { rig: work.rig };
}
