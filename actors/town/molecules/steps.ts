/** The steps of a molecule as the town sees them: which is worked on, which wait, and for what. */
import { z } from "zod";
import type { Bead } from "../../../store/schema/bead.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import type { TownTurn } from "../town-turn.ts";

const markSchema = z.looseObject({ id: z.string(), molecule: z.string() });

export interface MoleculeStep {
  readonly bead: Bead;
  /** Name in the formula. */
  readonly step: string;
  readonly state: "done" | "failed" | "current" | "ready" | "blocked";
  readonly blockedBy: readonly string[];
}

export interface Molecule {
  readonly root: Bead;
  readonly steps: readonly MoleculeStep[];
  readonly current: MoleculeStep | undefined;
  /** Steps that are neither done nor failed. */
  readonly open: readonly MoleculeStep[];
}

/** The molecule of a bead's work; undefined when it carries none, or it is gone. */
export function moleculeOf(ctx: Pick<TownTurn, "tx">, source: Bead): Molecule | undefined {
  const id = readSatellite(source, "work")?.molecule;
  const root = id === undefined ? undefined : ctx.tx.get(id);
  return root?.issue_type === "molecule" ? readMolecule(ctx, root) : undefined;
}

/** Steps in the order of the formula; molecules that a step made are laid out among them. */
export function readMolecule(ctx: Pick<TownTurn, "tx">, root: Bead): Molecule {
  const beads = ctx.tx
    .query({ ancestor: root.id })
    .filter(bead => bead.issue_type !== "gate" && bead.issue_type !== "molecule")
    .sort((a, b) => position(a) - position(b) || (a.id < b.id ? -1 : 1));
  const steps = beads.map(bead => {
    const blockedBy = isOver(bead) ? [] : ctx.tx.blockers(bead.id);
    return { bead, step: stepName(bead), state: stateOf(bead, blockedBy), blockedBy };
  });
  const current = steps.find(step => step.state === "current") ?? steps.find(step => step.state === "ready");
  return { root, steps, current, open: steps.filter(step => !isOver(step.bead)) };
}

/** Open beads other than steps that keep the molecule from going on now; empty when a step can be done. */
export function waitsFor(ctx: Pick<TownTurn, "tx">, molecule: Molecule): Bead[] {
  if (molecule.current !== undefined) return [];
  const own = new Set(molecule.steps.map(step => step.bead.id));
  const ids = new Set(
    molecule.open.filter(step => step.blockedBy.every(id => !own.has(id))).flatMap(step => step.blockedBy),
  );
  return [...ids].sort().flatMap(id => ctx.tx.get(id) ?? []);
}

/** Name of a step in its formula; its id for a step that somebody added by hand. */
export function stepName(bead: Bead): string {
  const mark = markSchema.safeParse(bead.metadata?.step);
  return mark.success ? mark.data.id : bead.id;
}

/** Closed or failed. */
export function isOver(bead: Bead): boolean {
  return bead.status === "closed" || bead.status === "failed";
}

function stateOf(bead: Bead, blockedBy: readonly string[]): MoleculeStep["state"] {
  if (bead.status === "closed") return "done";
  if (bead.status === "failed") return "failed";
  if (bead.status === "in_progress") return "current";
  return blockedBy.length > 0 ? "blocked" : "ready";
}

function position(bead: Bead): number {
  return Number(/^steps\[(\d+)\]$/.exec(bead.source_location ?? "")?.[1] ?? Number.MAX_SAFE_INTEGER);
}
