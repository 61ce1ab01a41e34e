/** Beads: list, read, make, change, close. */
import { z } from "zod";
import { beadSchema } from "../../../store/schema/bead.ts";
import {
  closeBeadSchema,
  commentSchema,
  createBeadSchema,
  dependencyBodySchema,
  patchBeadSchema,
  rigNameSchema,
} from "../contract/requests.ts";
import { beadViewSchema } from "../contract/views.ts";
import { beadId, inTown, list, ofBead, townName, whole } from "./params.ts";
import { defineRoute } from "./route.ts";
import { beadResource, requireCurrentRun, rigOfList } from "./scope.ts";

const beads = z.array(beadSchema);
const tag = "beads";
const listQuery = z.strictObject({
  rig: rigNameSchema.optional(),
  status: list.optional(),
  type: list.optional(),
  /** Without a type: leave messages out, which have lists of their own. */
  mail: z.stringbool().optional(),
  assignee: z.string().optional(),
  labels: list.optional(),
  priority: list.transform(values => values.map(Number)).optional(),
  parent: beadId.optional(),
  text: z.string().max(1_000).optional(),
  sort: z.enum(["priority", "created", "updated", "id"]).optional(),
  limit: whole.optional(),
  offset: whole.optional(),
});
const workQuery = z.strictObject({ rig: rigNameSchema.optional(), limit: whole.optional() });

/** Fields that were given, those left out that only repeat what would be anyway. */
function filedFields({ status, created_by, prefix, ...body }: z.output<typeof createBeadSchema>): string[] {
  const given = Object.entries({ ...body, ...(status === "open" ? {} : { status }) });
  return given.flatMap(([field, value]) => (value === undefined ? [] : [field]));
}

export const beadRoutes = [
  defineRoute({
    method: "get",
    path: "/towns/:town/beads",
    summary: "Beads by status, type, rig, assignee, label, priority, parent or text",
    tag,
    action: "bead.list",
    params: inTown,
    query: listQuery,
    answer: beads,
    resource: ({ params, query, principal }) => ({ town: params.town, rig: rigOfList(principal, query.rig) }),
    handle: ({ town, by, query }, { rig }) =>
      town("beads", { by, ...query, ...(rig === undefined ? {} : { rig }) }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/beads",
    summary: "Make a bead, in a rig or in the town's own store",
    tag,
    action: "bead.create",
    params: inTown,
    body: createBeadSchema,
    answer: beadSchema,
    status: 201,
    resource: ({ params, body, principal }) => ({
      town: params.town,
      rig: rigOfList(principal, body.rig),
      fields: filedFields(body),
    }),
    async handle(input, { rig }) {
      await requireCurrentRun(input);
      const { body, by, town, principal } = input;
      return await town("createBead", {
        ...body,
        by,
        ...(principal.kind === "agent" ? { created_by: by } : {}),
        ...(rig === undefined ? {} : { rig }),
      });
    },
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/beads/:id",
    summary: "A bead with its blockers, dependents, merge requests and history",
    tag,
    action: "bead.read",
    params: ofBead,
    answer: beadViewSchema,
    resource: beadResource,
    handle: ({ town, by }, { bead }) => town("bead", { by, id: bead }),
  }),
  defineRoute({
    method: "patch",
    path: "/towns/:town/beads/:id",
    summary: "Change fields of a bead; null unsets",
    tag,
    action: "bead.update",
    params: ofBead,
    body: patchBeadSchema,
    answer: beadSchema,
    resource: async input => ({ ...(await beadResource(input)), fields: Object.keys(input.body) }),
    async handle(input, { bead }) {
      await requireCurrentRun(input);
      return await input.town("patchBead", { ...input.body, by: input.by, id: bead });
    },
  }),
  defineRoute({
    method: "delete",
    path: "/towns/:town/beads/:id",
    summary: "Delete a bead; a tombstone stays on the branch",
    tag,
    action: "bead.delete",
    params: ofBead,
    status: 204,
    resource: beadResource,
    handle: ({ town, by }, { bead }) => town("deleteBead", { by, id: bead }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/beads/:id/close",
    summary: "Close a bead without a merge",
    tag,
    action: "bead.close",
    params: ofBead,
    body: closeBeadSchema,
    answer: beadSchema,
    resource: beadResource,
    handle: ({ town, by, body }, { bead }) => town("closeBead", { ...body, by, id: bead }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/beads/:id/reopen",
    summary: "Open a closed or failed bead again; its failures are forgiven",
    tag,
    action: "bead.reopen",
    params: ofBead,
    answer: beadSchema,
    resource: beadResource,
    handle: ({ town, by }, { bead }) => town("reopenBead", { by, id: bead }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/beads/:id/comments",
    summary: "Comment on a bead",
    tag,
    action: "bead.comment",
    params: ofBead,
    body: commentSchema,
    answer: beadSchema,
    status: 201,
    resource: beadResource,
    async handle(input, { bead }) {
      await requireCurrentRun(input);
      return await input.town("comment", { ...input.body, by: input.by, id: bead });
    },
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/beads/:id/dependencies",
    summary: "Let the bead depend on another",
    tag,
    action: "bead.link",
    params: ofBead,
    body: dependencyBodySchema,
    answer: beadSchema,
    status: 201,
    resource: beadResource,
    handle: ({ town, by, body }, { bead }) => town("addDependency", { ...body, by, id: bead }),
  }),
  defineRoute({
    method: "delete",
    path: "/towns/:town/beads/:id/dependencies/:on",
    summary: "Remove a dependency",
    tag,
    action: "bead.link",
    params: z.object({ town: townName, id: beadId, on: beadId }),
    answer: beadSchema,
    resource: beadResource,
    handle: ({ town, by, params }, { bead }) =>
      town("removeDependency", { by, id: bead, depends_on: params.on }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/ready",
    summary: "Open work without open blockers, the most urgent first",
    tag,
    action: "bead.list",
    params: inTown,
    query: workQuery,
    answer: beads,
    resource: ({ params, query, principal }) => ({ town: params.town, rig: rigOfList(principal, query.rig) }),
    handle: ({ town, by, query }, { rig }) =>
      town("ready", { by, ...query, ...(rig === undefined ? {} : { rig }) }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/blocked",
    summary: "Open work with its open blockers",
    tag,
    action: "bead.list",
    params: inTown,
    query: workQuery,
    answer: z.array(z.object({ bead: beadSchema, blocked_by: z.array(z.string()) })),
    resource: ({ params, query, principal }) => ({ town: params.town, rig: rigOfList(principal, query.rig) }),
    handle: ({ town, by, query }, { rig }) =>
      town("blocked", { by, ...query, ...(rig === undefined ? {} : { rig }) }),
  }),
] as const;
