/** The past of beads: their history, how they were, and bringing it back. */
import { z } from "zod";
import { beadSchema } from "../../../store/schema/bead.ts";
import {
  beadAsOfSchema,
  beadHistorySchema,
  undoPlanSchema,
  undoReportSchema,
} from "../../../store/schema/past.ts";
import { rigNameSchema } from "../contract/requests.ts";
import { inTown, ofBead, whole } from "./params.ts";
import { defineRoute, type RouteInput } from "./route.ts";
import { requireCurrentRun, rigOfList } from "./scope.ts";

const tag = "beads";
const commit = z.string().regex(/^[0-9a-f]{4,40}$/);
const undoQuery = z.strictObject({
  rig: rigNameSchema.optional(),
  commit: commit.optional(),
  own: z.enum(["true", "false"]).default("true"),
});
const undoBody = z.strictObject({
  rig: rigNameSchema.optional(),
  commit,
  own: z.boolean().default(true),
});

/** A bead that may be gone, so that its history says where it belongs. */
async function pastResource({
  town,
  by,
  params,
}: RouteInput<{ town: string; id: string }, unknown, unknown>) {
  const { id, rig } = beadHistorySchema.parse(await town("beadHistory", { by, id: params.id, limit: 1 }));
  return { town: params.town, rig, bead: id };
}

async function planOf({
  town,
  by,
  principal,
  body,
}: RouteInput<unknown, unknown, z.output<typeof undoBody>>) {
  const rig = rigOfList(principal, body.rig);
  const plan = undoPlanSchema.parse(
    await town("undoPlan", { by, ...body, ...(rig === undefined ? {} : { rig }) }),
  );
  return { rig, plan };
}

export const pastRoutes = [
  defineRoute({
    method: "get",
    path: "/towns/:town/beads/:id/history",
    summary: "The states of a bead, newest first, also of a deleted one",
    tag,
    action: "bead.read",
    params: ofBead,
    query: z.strictObject({ limit: whole.optional() }),
    answer: beadHistorySchema,
    resource: pastResource,
    handle: ({ town, by, query }, { bead }) => town("beadHistory", { by, id: bead, ...query }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/beads/:id/as-of",
    summary: "A bead as it was at a commit or a time",
    tag,
    action: "bead.read",
    params: ofBead,
    query: z.strictObject({ revision: z.string().min(1).max(200) }),
    answer: beadAsOfSchema,
    resource: pastResource,
    handle: ({ town, by, query }, { bead }) => town("beadAsOf", { by, id: bead, ...query }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/beads/:id/restore",
    summary: "Bring a bead back as it was at a commit, as a change of its own",
    tag,
    action: "bead.restore",
    params: ofBead,
    body: z.strictObject({ commit: z.string().min(1).max(200) }),
    answer: beadSchema,
    resource: pastResource,
    handle: ({ town, by, body }, { bead }) => town("restoreBead", { by, id: bead, ...body }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/undo",
    summary: "What an undo would take back: the last change of whoever asks, or a certain commit",
    tag,
    action: "bead.list",
    params: inTown,
    query: undoQuery,
    answer: undoPlanSchema,
    resource: ({ params, query, principal }) => ({ town: params.town, rig: rigOfList(principal, query.rig) }),
    handle: ({ town, by, query: { own, commit: wanted } }, { rig }) =>
      town("undoPlan", {
        by,
        own: own === "true",
        ...(wanted === undefined ? {} : { commit: wanted }),
        ...(rig === undefined ? {} : { rig }),
      }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/undo",
    summary: "Take a commit back, where nothing was changed again since, as a change of its own",
    tag,
    action: "bead.undo",
    params: inTown,
    body: undoBody,
    answer: undoReportSchema,
    // What a commit changed stays as it is, so that what is judged here is what is taken back.
    async resource(input) {
      const { rig, plan } = await planOf(input);
      const beads = new Set(plan.changes.map(({ id }) => id));
      const [only] = beads;
      return {
        town: input.params.town,
        rig,
        ...(only === undefined || beads.size > 1 ? {} : { bead: only }),
        fields: plan.changes.flatMap(({ fields }) => fields),
      };
    },
    async handle(input) {
      await requireCurrentRun(input);
      const { rig, plan } = await planOf(input);
      const { town, by, body, principal } = input;
      return await town("undo", {
        by,
        commit: plan.commit,
        subject: plan.subject,
        own: principal.kind === "agent" || body.own,
        ...(rig === undefined ? {} : { rig }),
      });
    },
  }),
] as const;
