/** The mayor as an agent of the town: whether it is there, and who it is. */
import { z } from "zod";
import { mayorChoiceSchema } from "../contract/requests.ts";
import { mayorViewSchema } from "../contract/views.ts";
import { inTown } from "./params.ts";
import { defineRoute } from "./route.ts";

const ofTown = ({ params }: { readonly params: { readonly town: string } }) => ({ town: params.town });
const common = { tag: "agents", action: "mayor.control", params: inTown, answer: mayorViewSchema } as const;

export const mayorRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/towns/:town/mayor",
    summary: "The mayor: is it there, as which program, and what waits for it",
    resource: ofTown,
    handle: ({ town, by }) => town("mayor", { by }),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/towns/:town/mayor/start",
    summary: "Have the mayor run as an agent; asking again changes nothing",
    body: mayorChoiceSchema,
    resource: ofTown,
    handle: ({ town, by, body }) => town("startMayor", { ...body, by }),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/towns/:town/mayor/restart",
    summary: "A new session of the mayor, whether one runs or not",
    body: mayorChoiceSchema,
    resource: ofTown,
    handle: ({ town, by, body }) => town("restartMayor", { ...body, by }),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/towns/:town/mayor/stop",
    summary: "End the mayor's session; what waits for it stays",
    body: z.strictObject({ reason: z.string().min(1).max(500).optional() }),
    resource: ofTown,
    handle: ({ town, by, body }) => town("stopMayor", { ...body, by }),
  }),
] as const;
