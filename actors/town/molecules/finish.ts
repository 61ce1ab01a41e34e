/** The end of a molecule: submitted, closed with its bead, failed with it, or burned. */
import { burn } from "../../../store/molecules/phases.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import type { TownTurn } from "../town-turn.ts";
import { isOver, type Molecule, moleculeOf, readMolecule } from "./steps.ts";

/** Whether the work may be submitted as far as its steps go. */
export interface DoneCheck {
  readonly may: boolean;
  /** Names of the steps that are left. */
  readonly remaining: readonly string[];
  /** True when the formula lets the agent submit all the same. */
  readonly force: boolean;
}

/** The last step may be the one that says "submit": submitting does it. */
export function checkDone(ctx: Pick<TownTurn, "tx">, source: Bead): DoneCheck {
  const molecule = moleculeOf(ctx, source);
  if (molecule === undefined) return { may: true, remaining: [], force: false };
  const [last, ...more] = molecule.open;
  const may = last === undefined || (more.length === 0 && last.bead.id === molecule.current?.bead.id);
  return { may, remaining: molecule.open.map(step => step.step), force: earlyDone(molecule) };
}

/** @throws {AppError} precondition_failed, naming what is left and what to do */
export function requireDone(ctx: Pick<TownTurn, "tx">, source: Bead, forced: boolean): void {
  const { may, remaining, force } = checkDone(ctx, source);
  if (may || (forced && force)) return;
  throw new AppError(
    "precondition_failed",
    `${source.id} is not finished: ${remaining.length} ${remaining.length === 1 ? "step is" : "steps are"} left: ${remaining.join(", ")}.`,
    {
      hint: force
        ? "Do them, one `gt mol next` each; or `gt done --force` when they are not needed."
        : "Do them, and say so one by one: `gt mol next`. This formula lets none be left out.",
      data: { bead: source.id, remaining: [...remaining] },
    },
  );
}

/** The work was submitted: what is left of its molecule is closed. */
export function finishSteps(ctx: TownTurn, source: Bead): void {
  const molecule = moleculeOf(ctx, source);
  if (molecule !== undefined) end(ctx, molecule, "closed", "Submitted");
}

/** The bead is done: its molecule ends with it. */
export function endMolecule(ctx: TownTurn, root: Bead, outcome: "closed" | "failed"): void {
  const reason = outcome === "closed" ? "Its bead is closed" : "Its bead failed";
  end(ctx, readMolecule(ctx, root), outcome, reason);
}

/** Deletes the molecule with its steps and gates: the work begins anew at the first step. The bead as it is then. */
export function burnMolecule(ctx: TownTurn, source: Bead): Bead {
  const id = readSatellite(source, "work")?.molecule;
  if (id === undefined) return source;
  if (ctx.tx.get(id) !== undefined) {
    const gates = ctx.query({ ancestor: id, type: ["gate"] });
    for (const gate of gates) ctx.tx.removeDependency(source.id, gate.id);
    for (const gone of burn(ctx.tx, id)) ctx.changed.gone.add(gone);
    ctx.say("molecule.burned", `The steps of ${source.id} are burned: it begins anew`, { bead: source.id });
  }
  return ctx.setWork(ctx.tx.require(source.id), { molecule: undefined });
}

function end(ctx: TownTurn, molecule: Molecule, outcome: "closed" | "failed", reason: string): void {
  const inner = ctx.query({ ancestor: molecule.root.id });
  for (const bead of [...inner, molecule.root]) {
    if (isOver(ctx.tx.require(bead.id))) continue;
    if (outcome === "closed") ctx.close(bead.id, reason);
    else ctx.update(bead.id, { status: "failed" });
  }
}

function earlyDone({ root }: Molecule): boolean {
  return readSatellite(root, "molecule")?.early_done ?? false;
}
