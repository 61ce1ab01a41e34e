/** The patrol: what it sees of agents at work, what it asks people to look at, and what agents have behind them. */
import { z } from "zod";
import {
  agentHistorySchema,
  patrolLineSchema,
  TRIAGE_ACTIONS,
  triageViewSchema,
} from "../../../store/schema/patrol.ts";
import { beadId, inTown, ofAgent, townName } from "./params.ts";
import { defineRoute } from "./route.ts";

const ofTown = ({ params }: { readonly params: { readonly town: string } }) => ({ town: params.town });

export const patrolRoutes = [
  defineRoute({
    method: "get",
    path: "/towns/:town/patrol",
    summary: "Agents at work, what was seen of each, and what is the matter",
    tag: "agents",
    action: "agent.list",
    params: inTown,
    answer: z.array(patrolLineSchema),
    resource: ofTown,
    handle: ({ town, by }) => town("patrolView", { by }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/triage",
    summary: "What the patrol asks people to look at, oldest first",
    tag: "agents",
    action: "agent.list",
    params: inTown,
    answer: z.array(triageViewSchema),
    resource: ofTown,
    handle: ({ town, by }) => town("triage", { by }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/triage/:id/resolve",
    summary: "Say what is to be done about an agent that the patrol found",
    tag: "agents",
    action: "agent.triage",
    params: z.object({ town: townName, id: beadId }),
    body: z.strictObject({ action: z.enum(TRIAGE_ACTIONS), text: z.string().max(2_000).optional() }),
    answer: triageViewSchema,
    resource: ofTown,
    handle: ({ town, by, params, body }) => town("resolveTriage", { ...body, by, id: params.id }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/agents/:rig/:name/history",
    summary: "What an agent has behind it: merged work, attempts, usage, and what the patrol found",
    tag: "agents",
    action: "agent.list",
    params: ofAgent,
    answer: agentHistorySchema,
    resource: ofTown,
    handle: ({ town, by, params }) => town("agentHistory", { by, agent: `${params.rig}/${params.name}` }),
  }),
] as const;
