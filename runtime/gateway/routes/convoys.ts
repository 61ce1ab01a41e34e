/** Convoys: made of beads, of an epic or of a plan; started, changed, given up. */
import { z } from "zod";
import {
  createConvoySchema,
  planConvoySchema,
  startConvoySchema,
  updateConvoySchema,
} from "../contract/requests.ts";
import { convoyViewSchema } from "../contract/views.ts";
import { beadId, inTown, ofBead } from "./params.ts";
import { defineRoute } from "./route.ts";
import { givenFields } from "./scope.ts";

const ofTown = ({ params }: { readonly params: { readonly town: string } }) => ({ town: params.town });
const ofTownFields = (input: { readonly params: { readonly town: string }; readonly body: object }) => ({
  ...ofTown(input),
  fields: givenFields(input.body),
});
const ofMember = ofBead.extend({ bead: beadId });
const members = z.strictObject({ beads: z.array(z.string().min(1).max(200)).min(1).max(1_000) });
const reason = z.strictObject({ reason: z.string().max(2_000).optional() });

export const convoyRoutes = [
  defineRoute({
    method: "get",
    path: "/towns/:town/convoys",
    summary: "Convoys, newest first",
    tag: "convoys",
    action: "convoy.list",
    params: inTown,
    answer: z.array(convoyViewSchema),
    resource: ofTown,
    handle: ({ town, by }) => town("convoys", { by }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/convoys",
    summary: "Track beads, or the work below an epic, as one convoy",
    tag: "convoys",
    action: "convoy.create",
    params: inTown,
    body: createConvoySchema,
    answer: convoyViewSchema,
    status: 201,
    resource: ofTownFields,
    handle: ({ town, by, body }) => town("createConvoy", { ...body, by }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/convoys/plan",
    summary: "Make the beads of a plan and their convoy; all or nothing",
    tag: "convoys",
    action: "convoy.create",
    params: inTown,
    body: planConvoySchema,
    answer: convoyViewSchema,
    status: 201,
    resource: ofTownFields,
    handle: ({ town, by, body }) => town("planConvoy", { ...body, by }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/convoys/:id",
    summary: "A convoy with its beads in the order of their waves",
    tag: "convoys",
    action: "convoy.list",
    params: ofBead,
    answer: convoyViewSchema,
    resource: ofTown,
    handle: ({ town, by, params }) => town("convoy", { by, convoy: params.id }),
  }),
  defineRoute({
    method: "patch",
    path: "/towns/:town/convoys/:id",
    summary: "Change a convoy's title, owner, mode and watchers",
    tag: "convoys",
    action: "convoy.update",
    params: ofBead,
    body: updateConvoySchema,
    answer: convoyViewSchema,
    resource: ofTown,
    handle: ({ town, by, params, body }) => town("updateConvoy", { ...body, by, convoy: params.id }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/convoys/:id/start",
    summary: "Sling what is left of a convoy",
    tag: "convoys",
    action: "convoy.start",
    params: ofBead,
    body: startConvoySchema,
    answer: convoyViewSchema,
    resource: ofTownFields,
    handle: ({ town, by, params, body }) => town("startConvoy", { ...body, by, convoy: params.id }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/convoys/:id/beads",
    summary: "Add beads to a convoy; in a started one they are slung",
    tag: "convoys",
    action: "convoy.members",
    params: ofBead,
    body: members,
    answer: convoyViewSchema,
    resource: ofTown,
    handle: ({ town, by, params, body }) => town("addToConvoy", { ...body, by, convoy: params.id }),
  }),
  defineRoute({
    method: "delete",
    path: "/towns/:town/convoys/:id/beads/:bead",
    summary: "Take a bead out of a convoy; it stays as it is",
    tag: "convoys",
    action: "convoy.members",
    params: ofMember,
    answer: convoyViewSchema,
    resource: ofTown,
    handle: ({ town, by, params }) =>
      town("removeFromConvoy", { by, convoy: params.id, beads: [params.bead] }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/convoys/:id/close",
    summary: "Give a convoy up; its beads stay as they are",
    tag: "convoys",
    action: "convoy.update",
    params: ofBead,
    body: reason,
    answer: convoyViewSchema,
    resource: ofTown,
    handle: ({ town, by, params, body }) => town("closeConvoy", { ...body, by, convoy: params.id }),
  }),
];
