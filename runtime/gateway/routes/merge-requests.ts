/** Merge requests: what waits to be merged and why, and a person's hand on it. */
import { z } from "zod";
import { mergeVerdictTextSchema, rigNameSchema } from "../contract/requests.ts";
import { mergeRequestViewSchema } from "../contract/views.ts";
import { inTown, ofBead, whole } from "./params.ts";
import { defineRoute } from "./route.ts";
import { beadResource, requireCurrentRun, rigOfList } from "./scope.ts";

const tag = "merge requests";

export const mergeRequestRoutes = [
  defineRoute({
    method: "get",
    path: "/towns/:town/merge-requests",
    summary: "Merge requests: live ones first, then newest first",
    tag,
    action: "merge-request.list",
    params: inTown,
    query: z.strictObject({ rig: rigNameSchema.optional(), limit: whole.optional() }),
    answer: z.array(mergeRequestViewSchema),
    resource: ({ params, query, principal }) => ({ town: params.town, rig: rigOfList(principal, query.rig) }),
    handle: ({ town, by, query }, { rig }) =>
      town("mergeRequests", { by, ...query, ...(rig === undefined ? {} : { rig }) }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/merge-requests/:id",
    summary:
      "One merge request, by its own id or by that of its bead, with its score and what that is made of",
    tag,
    action: "merge-request.read",
    params: ofBead,
    answer: mergeRequestViewSchema,
    resource: beadResource,
    handle: ({ town, by, params }) => town("mergeRequest", { by, id: params.id }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/merge-requests/:id/retry",
    summary: "Queue it anew, also after it was rejected; its retries are forgiven",
    tag,
    action: "merge-request.decide",
    params: ofBead,
    answer: mergeRequestViewSchema,
    resource: beadResource,
    handle: ({ town, by, params }) => town("retryMergeRequest", { by, id: params.id }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/merge-requests/:id/reject",
    summary: "Turn it down; its bead goes back to an agent with the reason",
    tag,
    action: "merge-request.decide",
    params: ofBead,
    body: z.strictObject({ reason: mergeVerdictTextSchema }),
    answer: mergeRequestViewSchema,
    resource: beadResource,
    handle: ({ town, by, params, body }) => town("rejectMergeRequest", { by, id: params.id, ...body }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/merge-requests/:id/review",
    summary: "Say what is to become of it: of the agent that reviews it, or of a person",
    tag,
    action: "merge-request.review",
    params: ofBead,
    body: z.strictObject({
      verdict: z.enum(["approve", "request_changes", "escalate"]),
      text: mergeVerdictTextSchema.optional(),
    }),
    answer: mergeRequestViewSchema,
    resource: beadResource,
    handle: async (input, { bead }) => {
      await requireCurrentRun(input);
      const { verdict, ...more } = input.body;
      const method = {
        approve: "reviewApprove",
        request_changes: "reviewRequestChanges",
        escalate: "reviewEscalate",
      };
      return input.town(method[verdict], { by: input.by, id: bead ?? input.params.id, ...more });
    },
  }),
] as const;
