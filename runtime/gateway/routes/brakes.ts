/** The town's brakes: drain, emergency stop, parked rigs, held beads. Pause and resume stand with the work. */
import { z } from "zod";
import { rigNameSchema } from "../contract/requests.ts";
import { agentViewSchema, brakeSchema, rigViewSchema } from "../contract/views.ts";
import { inTown, ofRig } from "./params.ts";
import { defineRoute } from "./route.ts";

const ofTown = ({ params }: { readonly params: { readonly town: string } }) => ({ town: params.town });
const reason = z.string().min(1).max(500).optional();
const agent = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*\/[a-z][a-z0-9_-]*$/)
  .optional();
const still = z.object({ brake: brakeSchema.nullable(), agent: agentViewSchema.optional() });
const beads = z.strictObject({ beads: z.array(z.string().min(1).max(200)).min(1).max(100) });

export const brakeRoutes = [
  defineRoute({
    method: "get",
    path: "/towns/:town/brake",
    summary: "What holds the town back; null when nothing does",
    tag: "work",
    action: "town.read",
    params: inTown,
    answer: brakeSchema.nullable(),
    resource: ofTown,
    handle: ({ town, by }) => town("brake", { by }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/drain",
    summary: "Start nothing new; what runs finishes, then the town says that it is drained",
    tag: "work",
    action: "town.configure",
    params: inTown,
    body: z.strictObject({ reason }),
    answer: brakeSchema,
    resource: ofTown,
    handle: ({ town, by, body }) => town("drain", { ...body, by }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/estop",
    summary: "Freeze every agent, or one, where it is",
    tag: "work",
    action: "town.configure",
    params: inTown,
    body: z.strictObject({ agent, reason }),
    answer: still,
    resource: ofTown,
    handle: ({ town, by, body }) => town("estop", { ...body, by }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/thaw",
    summary: "Let what was frozen go on where it stood",
    tag: "work",
    action: "town.configure",
    params: inTown,
    body: z.strictObject({ agent }),
    answer: still,
    resource: ofTown,
    handle: ({ town, by, body }) => town("thaw", { ...body, by }),
  }),
  ...(["park", "unpark"] as const).map(verb =>
    defineRoute({
      method: "post",
      path: `/towns/:town/rigs/:rig/${verb}`,
      summary: verb === "park" ? "Start nothing new in the rig" : "Start work in the rig again",
      tag: "rigs",
      action: "rig.configure",
      params: ofRig,
      body: z.strictObject({ reason }),
      answer: rigViewSchema,
      resource: ofTown,
      handle: ({ town, by, params, body }) =>
        town("parkRig", { ...body, by, rig: rigNameSchema.parse(params.rig), parked: verb === "park" }),
    }),
  ),
  ...(["hold", "unhold"] as const).map(verb =>
    defineRoute({
      method: "post",
      path: `/towns/:town/${verb}`,
      summary: verb === "hold" ? "Keep beads from being dispatched" : "Let held beads be dispatched again",
      tag: "work",
      action: "work.hold",
      params: inTown,
      body: beads,
      answer: beads,
      resource: ofTown,
      handle: ({ town, by, body }) => town("holdBeads", { ...body, by, held: verb === "hold" }),
    }),
  ),
] as const;
