/** What the mayor is offered, and any person who connects a model to the town. */
import { z } from "zod";
import { definedOnly } from "../../../store/schema/defined.ts";
import { TRIAGE_ACTIONS, triageViewSchema } from "../../../store/schema/patrol.ts";
import {
  createBeadSchema,
  createConvoySchema,
  patchBeadSchema,
  planConvoySchema,
  slingReplySchema,
  slingSchema,
} from "../contract/requests.ts";
import {
  agentViewSchema,
  convoyViewSchema,
  mergeRequestViewSchema,
  rigViewSchema,
} from "../contract/views.ts";
import { type AgentFunction, defineFunction, type FunctionRole } from "./function.ts";
import { beadId, beadList, beadOut, items } from "./shared.ts";

const roles: readonly FunctionRole[] = ["mayor"];
const rig = z.string().max(32).optional().describe("Name of a rig; `list_rigs` shows them");
const convoy = beadId.describe("Id of the convoy");
const limit = z.int().min(1).max(1_000).default(100);
const words = z.array(z.string().max(100)).max(20).optional();
const join = (list: readonly string[] | undefined) => (list === undefined ? undefined : list.join(","));

export const mayorFunctions: readonly AgentFunction[] = [
  defineFunction({
    name: "sling",
    roles,
    description:
      "Has beads worked on: each gets a polecat as soon as it is ready and a place is free. All of them or none; twice is once.",
    // How isolated an agent runs is for people to say.
    input: slingSchema.omit({ driver: true, isolation: true }),
    output: slingReplySchema,
    route: "post /towns/:town/sling",
    command: { words: ["sling"], args: "<bead>", does: "gives a bead to the next free polecat" },
    request: input => ({ body: definedOnly(input) }),
  }),
  defineFunction({
    name: "sling_batch",
    roles,
    description:
      "Makes the beads of a plan and their convoy, and starts it unless `start` is false. Name in `depends_on` the keys of the tasks that must be merged first; tasks without run at the same time. Cycles are refused, and then nothing is made.",
    input: planConvoySchema
      .omit({ driver: true, isolation: true })
      .extend({ start: z.boolean().default(true) }),
    output: convoyViewSchema,
    route: "post /towns/:town/convoys/plan",
    command: {
      words: ["convoy", "plan"],
      args: "plan.toml --start",
      does: "makes a plan with its dependencies",
    },
    request: body => ({ body: definedOnly(body) }),
  }),
  defineFunction({
    name: "convoy_create",
    roles,
    description:
      "Tracks beads that exist, or the work below an epic, as one convoy; `start` slings them too.",
    input: createConvoySchema.omit({ driver: true, isolation: true }),
    output: convoyViewSchema,
    route: "post /towns/:town/convoys",
    request: body => ({ body: definedOnly(body) }),
  }),
  defineFunction({
    name: "convoy_start",
    roles,
    description: "Slings what is left of a staged convoy.",
    input: z.strictObject({ convoy, rig }),
    output: convoyViewSchema,
    route: "post /towns/:town/convoys/:id/start",
    request: ({ convoy: id, ...body }) => ({ params: { id }, body: definedOnly(body) }),
  }),
  defineFunction({
    name: "convoy_show",
    roles,
    description: "A convoy with its beads in the order of their waves, and why it is stranded when it is.",
    input: z.strictObject({ convoy }),
    output: convoyViewSchema,
    route: "get /towns/:town/convoys/:id",
    command: { words: ["convoy", "show"], args: "<convoy>", does: "shows how far a convoy is" },
    request: ({ convoy: id }) => ({ params: { id } }),
  }),
  defineFunction({
    name: "convoy_add",
    roles,
    description: "Adds beads to a convoy; in a started one they are slung.",
    input: z.strictObject({ convoy, beads: z.array(beadId).min(1).max(100) }),
    output: convoyViewSchema,
    route: "post /towns/:town/convoys/:id/beads",
    request: ({ convoy: id, beads }) => ({ params: { id }, body: { beads } }),
  }),
  defineFunction({
    name: "convoy_remove",
    roles,
    description: "Takes a bead out of a convoy; the bead stays as it is.",
    input: z.strictObject({ convoy, bead: beadId }),
    output: convoyViewSchema,
    route: "delete /towns/:town/convoys/:id/beads/:bead",
    request: ({ convoy: id, bead }) => ({ params: { id, bead } }),
  }),
  defineFunction({
    name: "bead_create",
    roles,
    description:
      "Files work: one concern, a concrete title, what is to be true afterwards. It waits until it is slung.",
    input: createBeadSchema
      .pick({
        title: true,
        description: true,
        acceptance_criteria: true,
        design: true,
        notes: true,
        labels: true,
        parent: true,
      })
      .extend({
        rig,
        issue_type: z.string().max(64).default("task"),
        priority: z.int().min(0).max(4).default(2),
      })
      .strict(),
    output: beadOut,
    route: "post /towns/:town/beads",
    command: { words: ["bead", "create"], args: '"<title>" --rig <rig>', does: "files work" },
    request: body => ({ body: definedOnly(body) }),
  }),
  defineFunction({
    name: "bead_update",
    roles,
    description: "Changes fields of a bead; null unsets.",
    input: patchBeadSchema.omit({ metadata: true }).extend({ bead: beadId }),
    output: beadOut,
    route: "patch /towns/:town/beads/:id",
    request: ({ bead: id, ...body }) => ({ params: { id }, body: definedOnly(body) }),
  }),
  defineFunction({
    name: "bead_close",
    roles,
    description:
      "Closes a bead without a merge: it is not wanted any more, or done elsewhere. Ends the agent that works on it.",
    input: z.strictObject({ bead: beadId, reason: z.string().min(1).max(10_000) }),
    output: beadOut,
    route: "post /towns/:town/beads/:id/close",
    request: ({ bead: id, reason }) => ({ params: { id }, body: { reason } }),
  }),
  defineFunction({
    name: "list_beads",
    roles,
    description: "Beads by rig, status, type, label or text.",
    input: z.strictObject({
      rig,
      status: words,
      type: words,
      labels: words,
      text: z.string().max(1_000).optional(),
      limit,
    }),
    output: beadList,
    route: "get /towns/:town/beads",
    command: { words: ["bead", "list"], args: "", does: "lists beads" },
    request: ({ status, type, labels, ...query }) => ({
      query: { ...query, status: join(status), type: join(type), labels: join(labels), mail: "false" },
    }),
    shape: items,
  }),
  defineFunction({
    name: "list_ready",
    roles,
    description: "Open work that waits for nothing, the most urgent first.",
    input: z.strictObject({ rig, limit }),
    output: beadList,
    route: "get /towns/:town/ready",
    command: { words: ["ready"], args: "", does: "lists work that could be begun" },
    request: query => ({ query }),
    shape: items,
  }),
  defineFunction({
    name: "list_agents",
    roles,
    description: "Agents: who works on what, and how it goes.",
    input: z.strictObject({ rig }),
    output: z.object({ items: z.array(agentViewSchema) }),
    route: "get /towns/:town/agents",
    command: { words: ["agents"], args: "", does: "shows who works on what" },
    request: query => ({ query }),
    shape: items,
  }),
  defineFunction({
    name: "list_rigs",
    roles,
    description: "Rigs: the repositories that the town works on.",
    input: z.strictObject({}),
    output: z.object({ items: z.array(rigViewSchema) }),
    route: "get /towns/:town/rigs",
    command: { words: ["rig", "list"], args: "", does: "lists the rigs" },
    request: () => ({}),
    shape: items,
  }),
  defineFunction({
    name: "list_convoys",
    roles,
    description: "Convoys, newest first, with how far they are.",
    input: z.strictObject({}),
    output: z.object({ items: z.array(convoyViewSchema) }),
    route: "get /towns/:town/convoys",
    command: { words: ["convoy", "list"], args: "", does: "lists the convoys" },
    request: () => ({}),
    shape: items,
  }),
  defineFunction({
    name: "list_merge_requests",
    roles: ["mayor", "refinery"],
    description: "Merge requests, newest first: queued, merging, merged, rejected and why.",
    input: z.strictObject({ rig, limit }),
    output: z.object({ items: z.array(mergeRequestViewSchema) }),
    route: "get /towns/:town/merge-requests",
    command: { words: ["mq", "list"], args: "", does: "shows what waits to be merged" },
    request: query => ({ query }),
    shape: items,
  }),
  defineFunction({
    name: "list_triage",
    roles,
    description: "Agents about which the patrol asks for a decision, with what it saw; oldest first.",
    input: z.strictObject({}),
    output: z.object({ items: z.array(triageViewSchema) }),
    route: "get /towns/:town/triage",
    command: { words: ["triage", "list"], args: "", does: "lists what the patrol asks about agents" },
    request: () => ({}),
    shape: items,
  }),
  defineFunction({
    name: "triage_resolve",
    roles,
    description:
      "Decides what the patrol asked: restart (its bead goes to the next free agent), backoff (the attempt has failed), nudge (tell it `text`), unsling (take the bead back), escalate (ask people), dismiss (all is well).",
    input: z.strictObject({
      id: z.string().min(1).max(200).describe("Id of the request"),
      action: z.enum(TRIAGE_ACTIONS),
      text: z.string().max(2_000).optional(),
    }),
    output: triageViewSchema,
    route: "post /towns/:town/triage/:id/resolve",
    command: {
      words: ["triage", "resolve"],
      args: "<id> --action <what>",
      does: "decides what the patrol asked",
    },
    request: ({ id: request, ...body }) => ({ params: { id: request }, body: definedOnly(body) }),
  }),
  defineFunction({
    name: "agent_reset",
    roles,
    description:
      "Ends an agent's run and its back-off; its bead begins anew, from the first step, with the next free agent.",
    input: z.strictObject({
      rig: z.string().max(32),
      agent: z.string().max(64).describe("Name within the rig, e.g. toast"),
    }),
    output: agentViewSchema,
    route: "post /towns/:town/agents/:rig/:name/reset",
    request: ({ rig: of, agent }) => ({ params: { rig: of, name: agent } }),
  }),
];
