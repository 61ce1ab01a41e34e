/** What agents say of their own work, and the answers of people. */
import { z } from "zod";
import { beadSchema } from "../../../store/schema/bead.ts";
import { answerSchema, askSchema, checkpointSchema, saySchema } from "../contract/requests.ts";
import { agentViewSchema, gateViewSchema } from "../contract/views.ts";
import { beadId, inTown, townName } from "./params.ts";
import { defineRoute, type RouteInput } from "./route.ts";
import { requireCurrentRun } from "./scope.ts";

const tag = "agents";

/** An agent about itself. */
const oneself = ({ principal, params }: RouteInput<{ town: string }, unknown, unknown>) =>
  principal.kind === "agent"
    ? { town: params.town, rig: principal.rig, agent: principal.agent }
    : { town: params.town };

export const reportRoutes = [
  defineRoute({
    method: "post",
    path: "/towns/:town/say",
    summary: "One line of what the calling agent is doing",
    tag,
    action: "agent.report",
    params: inTown,
    body: saySchema,
    answer: agentViewSchema,
    resource: oneself,
    async handle(input) {
      await requireCurrentRun(input);
      return await input.town("say", { ...input.body, by: input.by });
    },
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/checkpoint",
    summary: "A note of the calling agent for whoever goes on with its work",
    tag,
    action: "agent.report",
    params: inTown,
    body: checkpointSchema,
    answer: beadSchema,
    resource: oneself,
    async handle(input) {
      await requireCurrentRun(input);
      return await input.town("checkpoint", { ...input.body, by: input.by });
    },
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/questions",
    summary: "A question of the calling agent to people",
    tag,
    action: "agent.report",
    params: inTown,
    body: askSchema,
    answer: gateViewSchema,
    status: 201,
    resource: oneself,
    async handle(input) {
      await requireCurrentRun(input);
      return await input.town("ask", { ...input.body, by: input.by });
    },
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/questions/:id/answer",
    summary: "Answer a question; the agent hears of it, and its bead goes on if it waited",
    tag,
    action: "gate.decide",
    params: z.object({ town: townName, id: beadId }),
    body: answerSchema,
    answer: gateViewSchema,
    resource: ({ params }) => ({ town: params.town }),
    handle: ({ town, by, params, body }) => town("answer", { ...body, by, id: params.id }),
  }),
] as const;
