/** Agents: who works on what, their terminals after the fact, and a hand on the shoulder. */
import { z } from "zod";
import { rigNameSchema } from "../contract/requests.ts";
import { agentViewSchema, runViewSchema } from "../contract/views.ts";
import { agentName, inTown, ofAgent, townName } from "./params.ts";
import { defineRoute } from "./route.ts";

type AgentParams = z.infer<typeof ofAgent>;
const resource = ({ params }: { readonly params: AgentParams }) => ({
  town: params.town,
  rig: params.rig,
  agent: params.name,
});
const idOf = ({ rig, name }: { readonly rig: string; readonly name: string }) => `${rig}/${name}`;
const runName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);

export const agentRoutes = [
  defineRoute({
    method: "get",
    path: "/towns/:town/agents",
    summary: "Agents of the town, or of a rig",
    tag: "agents",
    action: "agent.list",
    params: inTown,
    query: z.strictObject({ rig: rigNameSchema.optional() }),
    answer: z.array(agentViewSchema),
    resource: ({ params, query }) => ({ town: params.town, rig: query.rig }),
    handle: ({ town, by, query }) => town("agents", { ...query, by }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/agents/:rig/:name",
    summary: "One agent",
    tag: "agents",
    action: "agent.read",
    params: ofAgent,
    answer: agentViewSchema,
    resource,
    handle: ({ town, by, params }) => town("agent", { by, agent: idOf(params) }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/agents/:rig/:name/stop",
    summary: "End the agent's run; its work is kept, its bead is open again",
    tag: "agents",
    action: "agent.stop",
    params: ofAgent,
    body: z.strictObject({ reason: z.string().max(2_000).optional() }),
    answer: agentViewSchema,
    resource,
    handle: ({ town, by, params, body }) => town("stopAgent", { ...body, by, agent: idOf(params) }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/agents/:rig/:name/reset",
    summary: "End the agent's run and its back-off; its bead is dispatched again",
    tag: "agents",
    action: "agent.reset",
    params: ofAgent,
    answer: agentViewSchema,
    resource,
    handle: ({ town, by, params }) => town("agentReset", { by, agent: idOf(params) }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/agents/:rig/:name/input",
    summary: "Type into the agent's terminal",
    tag: "agents",
    action: "agent.input",
    params: ofAgent,
    body: z.strictObject({ text: z.string().max(65_536), enter: z.boolean().default(true) }),
    status: 204,
    resource,
    handle: ({ town, by, params, body }) => town("agentInput", { ...body, by, agent: idOf(params) }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/agents/:rig/:name/runs",
    summary: "Runs that left a recording, newest first",
    tag: "agents",
    action: "recording.read",
    params: ofAgent,
    answer: z.array(runViewSchema),
    resource,
    handle: ({ deps, params }) => deps.terminals.runs(params.town, idOf(params)).then(runs => [...runs]),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/agents/:rig/:name/runs/:run/recording",
    summary: "The recording of a run, as asciicast v2",
    tag: "agents",
    action: "recording.read",
    params: z.object({ town: townName, rig: rigNameSchema, name: agentName, run: runName }),
    mediaType: "application/x-asciicast",
    resource,
    handle: ({ deps, params }) => deps.terminals.recording(params.town, idOf(params), params.run),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/prime",
    summary: "What the caller should know and do now",
    tag: "agents",
    action: "prime.read",
    params: inTown,
    mediaType: "text/plain; charset=utf-8",
    resource: ({ params }) => ({ town: params.town }),
    handle: ({ town, by }) => town("prime", { by }),
  }),
] as const;
