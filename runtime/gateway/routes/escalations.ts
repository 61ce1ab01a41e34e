/** Escalations, and words for agents at work. */
import { z } from "zod";
import { beadSchema } from "../../../store/schema/bead.ts";
import {
  ESCALATION_CATEGORIES,
  escalationSettingsPatchSchema,
  escalationSettingsSchema,
  MAX_NUDGE_CHARS,
  nudgeModeSchema,
  nudgeSchema,
  severitySchema,
} from "../contract/mail.ts";
import { inTown, ofAgent, ofBead, whole } from "./params.ts";
import { defineRoute } from "./route.ts";
import { requireCurrentRun } from "./scope.ts";

const ofTown = ({ params }: { readonly params: { readonly town: string } }) => ({ town: params.town });
const tag = "escalations";
const agentOf = ({ params }: { readonly params: z.infer<typeof ofAgent> }) => ({
  town: params.town,
  rig: params.rig,
  agent: params.name,
});
const idOf = ({ rig, name }: z.infer<typeof ofAgent>) => `${rig}/${name}`;
const waiting = z.looseObject({
  nudge: nudgeSchema,
  state: z.enum(["pending", "given"]),
  reason: z.string().optional(),
});

export const escalationRoutes = [
  defineRoute({
    method: "get",
    path: "/towns/:town/escalations",
    summary: "Escalations that stand, newest first; with `all` the settled ones behind them",
    tag,
    action: "escalation.list",
    params: inTown,
    query: z.strictObject({ all: z.stringbool().optional(), limit: whole.optional() }),
    answer: z.array(beadSchema),
    resource: ofTown,
    handle: ({ town, by, query }) => town("escalations", { ...query, by }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/escalations",
    summary: "Ask people for help; once per source and category while it stands",
    tag,
    action: "escalation.raise",
    params: inTown,
    body: z.strictObject({
      title: z.string().min(1).max(500),
      text: z.string().max(20_000).optional(),
      severity: severitySchema.optional(),
      category: z.enum(ESCALATION_CATEGORIES).optional(),
      source: z.string().min(1).max(200).optional(),
    }),
    answer: beadSchema,
    status: 201,
    resource: ofTown,
    async handle(input) {
      await requireCurrentRun(input);
      return input.town("escalate", { ...input.body, by: input.by });
    },
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/escalations/:id",
    summary: "One escalation",
    tag,
    action: "escalation.list",
    params: ofBead,
    answer: beadSchema,
    resource: ofTown,
    handle: ({ town, by, params }) => town("escalation", { by, id: params.id }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/escalations/:id/ack",
    summary: "Take an escalation in hand: it is raised no further",
    tag,
    action: "escalation.settle",
    params: ofBead,
    answer: beadSchema,
    resource: ofTown,
    handle: ({ town, by, params }) => town("acknowledgeEscalation", { by, id: params.id }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/escalations/:id/resolve",
    summary: "An escalation is settled",
    tag,
    action: "escalation.settle",
    params: ofBead,
    body: z.strictObject({ reason: z.string().max(2_000).optional() }),
    answer: beadSchema,
    resource: ofTown,
    handle: ({ town, by, params, body }) => town("resolveEscalation", { ...body, by, id: params.id }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/escalation-settings",
    summary: "By which ways escalations are told, and when they are raised again",
    tag,
    action: "town.read",
    params: inTown,
    answer: escalationSettingsSchema,
    resource: ofTown,
    handle: ({ town, by }) => town("escalationSettings", { by }),
  }),
  defineRoute({
    method: "patch",
    path: "/towns/:town/escalation-settings",
    summary: "Change how escalations are told",
    tag,
    action: "town.configure",
    params: inTown,
    body: escalationSettingsPatchSchema,
    answer: escalationSettingsSchema,
    resource: ofTown,
    handle: ({ town, by, body }) => town("setEscalationSettings", { ...body, by }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/agents/:rig/:name/nudges",
    summary: "Words that wait for an agent",
    tag: "agents",
    action: "agent.read",
    params: ofAgent,
    answer: z.array(waiting),
    resource: agentOf,
    handle: ({ town, by, params }) => town("nudges", { by, agent: idOf(params) }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/agents/:rig/:name/nudges",
    summary: "Say something to an agent: at its next turn boundary, with its next prompt, or at once",
    tag: "agents",
    action: "agent.nudge",
    params: ofAgent,
    body: z.strictObject({
      text: z.string().min(1).max(MAX_NUDGE_CHARS),
      mode: nudgeModeSchema.optional(),
      key: z.string().min(1).max(200).optional(),
    }),
    answer: nudgeSchema,
    status: 201,
    resource: input => ({
      ...agentOf(input),
      ...(input.body.mode === "immediate" ? { fields: ["immediate"] } : {}),
    }),
    handle: ({ town, by, params, body }) => town("nudge", { ...body, by, agent: idOf(params) }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/agents/:rig/:name/nudges/read",
    summary: "The agent has read these words: nobody says them again",
    tag: "agents",
    action: "agent.read",
    params: ofAgent,
    body: z.strictObject({ ids: z.array(z.string().min(1).max(100)).min(1).max(100) }),
    status: 204,
    resource: agentOf,
    async handle(input) {
      await requireCurrentRun(input);
      await input.town("nudgesRead", { ...input.body, by: input.by, agent: idOf(input.params) });
    },
  }),
] as const;
