/** What may be asked of a town about molecules, formulas and gates. */
import { z } from "zod";
import { AppError } from "../../../store/schema/errors.ts";
import { failStepSchema, gateReasonSchema, nextStepSchema } from "../../../store/schema/requests.ts";
import { by, read, type TownCalls, write } from "../calls/table.ts";
import type { TownTurn } from "../town-turn.ts";
import { failStep, nextStep, sourceOf } from "./advance.ts";
import { checkDone, requireDone } from "./finish.ts";
import { approveGate, rejectGate, requireGate } from "./gates.ts";
import { formulaView, formulaViews } from "./library.ts";
import { moleculeOf } from "./steps.ts";
import { gateState, gateView, moleculeView } from "./views.ts";

const bead = z.string().min(1).max(200).optional();
const id = z.string().min(1).max(200);

export const moleculeCalls = {
  /** -> MoleculeView of the bead's work, or of the caller's own. Errors: not_found, precondition_failed (no formula) */
  molecule: read(z.strictObject({ by, bead }), async (ctx, args) => {
    const source = await sourceOf(ctx, args.by, args.bead);
    const molecule = moleculeOf(ctx, source);
    if (molecule !== undefined) return moleculeView(ctx, molecule, source);
    throw new AppError("precondition_failed", `${source.id} has no molecule${planned(ctx, source.id)}.`, {
      hint: "A molecule is poured when a bead that carries a formula is dispatched: `gt sling <bead> --formula NAME`.",
      data: { bead: source.id },
    });
  }),
  /** -> NextReply. Errors: see `nextStep` */
  moleculeNext: write(nextStepSchema.extend({ by }), nextStep, {
    subject: ({ step: done, by: worker }) => `${worker} is done with ${done}`,
  }),
  /** -> MoleculeView. Errors: see `failStep` */
  moleculeFail: write(failStepSchema.extend({ by }), failStep, {
    subject: ({ step: failed, by: worker }) => `${worker} cannot do ${failed}`,
  }),
  /** -> DoneCheck of the caller's own work. Errors: precondition_failed when steps are left */
  mayBeDone: read(z.strictObject({ by, bead, force: z.boolean().default(false) }), async (ctx, args) => {
    const source = await sourceOf(ctx, args.by, args.bead);
    requireDone(ctx, source, args.force);
    return checkDone(ctx, source);
  }),
  /** -> FormulaView[] */
  formulas: read(z.strictObject({ by }), ctx => formulaViews(ctx)),
  /** -> FormulaView. Errors: not_found */
  formula: read(z.strictObject({ by, name: z.string().min(1).max(100) }), (ctx, { name }) =>
    formulaView(ctx, name),
  ),
  /** -> GateView[]: those that something waits for, or all that are open */
  gates: read(z.strictObject({ by, all: z.boolean().default(false) }), (ctx, { all }) =>
    ctx
      .query({ type: ["gate"], category: ["active", "wip", "frozen"], sort: "oldest" })
      .filter(gate => all || gateState(gate) !== "idle")
      .map(gate => gateView(ctx, gate)),
  ),
  /** -> GateView. Errors: not_found, ambiguous, invalid_argument */
  gate: read(z.strictObject({ by, id }), async (ctx, args) => gateView(ctx, await requireGate(ctx, args.id))),
  /** -> GateView. Errors: not_found, invalid_argument, invalid_transition, forbidden for an agent */
  approveGate: write(gateReasonSchema.partial().extend({ by, id }), approveGate, {
    subject: args => `${args.by} approves ${args.id}`,
  }),
  /** -> GateView; the work that waits for it fails. Errors: as approveGate */
  rejectGate: write(gateReasonSchema.extend({ by, id }), rejectGate, {
    subject: args => `${args.by} rejects ${args.id}`,
  }),
} satisfies TownCalls;

function planned(ctx: TownTurn, source: string): string {
  const found = ctx.tx.get(source)?.metadata?.work;
  const carries = typeof found === "object" && found !== null && "formula" in found;
  return carries ? " yet: it was not dispatched" : "";
}
