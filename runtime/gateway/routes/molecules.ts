/** Formulas, the molecules that work follows, and the gates that hold them. */
import { z } from "zod";
import { AppError } from "../../../store/schema/errors.ts";
import type { Resource } from "../auth/authorize.ts";
import {
  failStepSchema,
  gateReasonSchema,
  nextStepReplySchema,
  nextStepSchema,
} from "../contract/requests.ts";
import { beadViewSchema, formulaViewSchema, gateViewSchema, moleculeViewSchema } from "../contract/views.ts";
import { beadId, inTown, townName } from "./params.ts";
import { defineRoute, type RouteInput } from "./route.ts";
import { requireCurrentRun } from "./scope.ts";

const tag = "molecules";
const ofTown = ({ params }: { readonly params: { readonly town: string } }) => ({ town: params.town });
const ofGate = z.object({ town: townName, id: beadId });
const ofFormula = z.object({ town: townName, name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/) });
const yes = z.enum(["true", "false"]).transform(value => value === "true");

/** The bead that is named, or the one that the calling agent works on. @throws {AppError} not_found, ambiguous, invalid_argument */
async function workOf(
  input: RouteInput<{ town: string }, unknown, unknown>,
  named: string | undefined,
): Promise<Resource & { readonly bead: string }> {
  const { principal, params, town, by } = input;
  if (named === undefined) {
    if (principal.kind === "agent" && principal.bead !== undefined) {
      return { town: params.town, rig: principal.rig, bead: principal.bead };
    }
    throw new AppError("invalid_argument", "No bead was named.", {
      hint: "Say which: only an agent has one of its own.",
    });
  }
  const view = beadViewSchema.parse(await town("bead", { by, id: named }));
  return { town: params.town, rig: view.rig, bead: view.bead.id };
}

export const moleculeRoutes = [
  defineRoute({
    method: "get",
    path: "/towns/:town/formulas",
    summary: "Formulas that work can follow",
    tag,
    action: "formula.list",
    params: inTown,
    answer: z.array(formulaViewSchema),
    resource: ofTown,
    handle: ({ town, by }) => town("formulas", { by }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/formulas/:name",
    summary: "One formula",
    tag,
    action: "formula.list",
    params: ofFormula,
    answer: formulaViewSchema,
    resource: ofTown,
    handle: ({ town, by, params }) => town("formula", { by, name: params.name }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/molecule",
    summary: "How far the work on a bead has come along its formula; an agent's own when none is named",
    tag,
    action: "molecule.read",
    params: inTown,
    query: z.strictObject({ bead: beadId.optional() }),
    answer: moleculeViewSchema,
    resource: input => workOf(input, input.query.bead),
    handle: ({ town, by }, { bead }) => town("molecule", { by, bead }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/molecule/next",
    summary: "The step is done: close it and show the next; the same step twice is once",
    tag,
    action: "molecule.advance",
    params: inTown,
    body: nextStepSchema,
    answer: nextStepReplySchema,
    resource: input => workOf(input, input.body.bead),
    async handle(input, { bead }) {
      await requireCurrentRun(input);
      return await input.town("moleculeNext", { ...input.body, by: input.by, bead });
    },
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/molecule/fail",
    summary: "The step cannot be done: end the attempt; the next one begins at this step",
    tag,
    action: "molecule.advance",
    params: inTown,
    body: failStepSchema,
    answer: moleculeViewSchema,
    resource: input => workOf(input, input.body.bead),
    async handle(input, { bead }) {
      await requireCurrentRun(input);
      return await input.town("moleculeFail", { ...input.body, by: input.by, bead });
    },
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/molecule/done",
    summary: "Whether the work may be submitted as far as its steps go; refused with what is left",
    tag,
    action: "molecule.read",
    params: inTown,
    query: z.strictObject({ bead: beadId.optional(), force: yes.optional() }),
    answer: z.object({ may: z.boolean(), remaining: z.array(z.string()), force: z.boolean() }),
    resource: input => workOf(input, input.query.bead),
    handle: ({ town, by, query }, { bead }) => town("mayBeDone", { by, bead, force: query.force ?? false }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/gates",
    summary: "Gates that something waits for, the oldest first; `all` adds those whose turn has not come",
    tag,
    action: "gate.read",
    params: inTown,
    query: z.strictObject({ all: yes.optional() }),
    answer: z.array(gateViewSchema),
    resource: ofTown,
    handle: ({ town, by, query }) => town("gates", { by, all: query.all ?? false }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/gates/:id",
    summary: "One gate",
    tag,
    action: "gate.read",
    params: ofGate,
    answer: gateViewSchema,
    resource: ofTown,
    handle: ({ town, by, params }) => town("gate", { by, id: params.id }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/gates/:id/approve",
    summary: "Open a gate",
    tag,
    action: "gate.decide",
    params: ofGate,
    body: gateReasonSchema.partial(),
    answer: gateViewSchema,
    resource: ofTown,
    handle: ({ town, by, params, body }) => town("approveGate", { ...body, by, id: params.id }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/gates/:id/reject",
    summary: "Reject a gate: the work that waits for it fails",
    tag,
    action: "gate.decide",
    params: ofGate,
    body: gateReasonSchema,
    answer: gateViewSchema,
    resource: ofTown,
    handle: ({ town, by, params, body }) => town("rejectGate", { ...body, by, id: params.id }),
  }),
] as const;
