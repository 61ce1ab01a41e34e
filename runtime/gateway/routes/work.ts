/** What sets work going: sling, and the town's brakes. */
import { z } from "zod";
import { explanationSchema, townPlanSchema } from "../../../store/schema/explanation.ts";
import { slingReplySchema, slingSchema } from "../contract/requests.ts";
import { townViewSchema } from "../contract/views.ts";
import { inTown } from "./params.ts";
import { defineRoute } from "./route.ts";
import { givenFields } from "./scope.ts";

const beadIds = z.strictObject({ beads: z.array(z.string().min(1).max(200)).min(1).max(100) });
const ofTown = ({ params }: { readonly params: { readonly town: string } }) => ({ town: params.town });

export const workRoutes = [
  defineRoute({
    method: "post",
    path: "/towns/:town/sling",
    summary: "Have beads worked on; all or none",
    tag: "work",
    action: "work.sling",
    params: inTown,
    body: slingSchema,
    answer: slingReplySchema,
    resource: input => ({ ...ofTown(input), fields: givenFields(input.body) }),
    handle: ({ town, by, body }) => town("sling", { ...body, by }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/unsling",
    summary: "Take beads back; what was done stays on its branch",
    tag: "work",
    action: "work.hold",
    params: inTown,
    body: beadIds,
    answer: z.object({ unslung: z.array(z.string()) }),
    resource: ofTown,
    handle: ({ town, by, body }) => town("unsling", { ...body, by }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/explain",
    summary:
      "Why a bead, agent or rig is where it is and what comes next; without id, what the town would do now",
    tag: "work",
    action: "town.read",
    params: inTown,
    query: z.strictObject({ id: z.string().min(1).max(200).optional() }),
    answer: z.union([explanationSchema, townPlanSchema]),
    resource: ofTown,
    handle: ({ town, by, query: { id } }) =>
      id === undefined ? town("explain", { by }) : town("explainOne", { by, id }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/pause",
    summary: "Start nothing new until resumed; what runs goes on",
    tag: "work",
    action: "town.configure",
    params: inTown,
    body: z.strictObject({ reason: z.string().min(1).max(500).optional() }),
    answer: townViewSchema,
    resource: ofTown,
    handle: ({ town, by, body }) => town("pause", { ...body, by }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/resume",
    summary: "Start work again",
    tag: "work",
    action: "town.configure",
    params: inTown,
    answer: townViewSchema,
    resource: ofTown,
    handle: ({ town, by }) => town("resume", { by }),
  }),
] as const;
