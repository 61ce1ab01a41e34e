/** What a working agent is offered. */
import { z } from "zod";
import {
  checkpointReplySchema,
  checkpointRequestSchema,
  doneReplySchema,
} from "../../../agent-sandbox/protocol/control.ts";
import { definedOnly } from "../../../store/schema/defined.ts";
import {
  askSchema,
  failStepSchema,
  nextStepReplySchema,
  nextStepSchema,
  saySchema,
} from "../contract/requests.ts";
import { agentViewSchema, gateViewSchema, moleculeViewSchema } from "../contract/views.ts";
import { defineFunction } from "./function.ts";
import { beadOf, beadOut, ownBead } from "./shared.ts";

const text = (limit: number) => z.string().max(limit);
/** One's own work: agents name no bead here, and have none but their own. */
const moleculeOut = moleculeViewSchema.omit({ steps: true });

export const polecatFunctions = [
  defineFunction({
    name: "bead_update",
    roles: ["polecat"],
    description:
      "Keeps notes or a design on your bead, for whoever comes after you. Status and assignee are the town's.",
    input: z.strictObject({
      bead: ownBead,
      notes: text(100_000).optional(),
      design: text(100_000).optional(),
      add_labels: z.array(text(100)).max(20).optional(),
      remove_labels: z.array(text(100)).max(20).optional(),
    }),
    output: beadOut,
    route: "patch /towns/:town/beads/:id",
    request: ({ bead, ...fields }, caller) => ({
      params: { id: beadOf(bead, caller) },
      body: definedOnly(fields),
    }),
  }),
  defineFunction({
    name: "bead_create",
    roles: ["polecat"],
    description:
      "Files what you found and do not do now: a bug, a follow-up. In your rig; people decide what becomes of it.",
    input: z.strictObject({
      title: text(500).min(1),
      description: text(100_000).optional(),
      issue_type: z.enum(["task", "bug", "feature", "chore"]).default("bug"),
      priority: z.int().min(0).max(4).default(2),
    }),
    output: beadOut,
    route: "post /towns/:town/beads",
    command: {
      words: ["bead", "create"],
      args: '"<title>" --type bug',
      does: "files what you find and do not fix now",
    },
    request: body => ({ body: definedOnly(body) }),
  }),
  defineFunction({
    name: "done",
    roles: ["polecat"],
    description:
      "Submits your committed work: pushes your branch and puts it up for merging. Refused with what to do while something is uncommitted, nothing is committed, or steps are left. Submitted is not merged; calling it again is safe.",
    input: z.strictObject({
      summary: text(20_000).default("").describe("What was done, for whoever reads the bead"),
      force: z
        .boolean()
        .default(false)
        .describe("Although steps of the formula are left, where it allows that"),
    }),
    output: doneReplySchema,
    route: "post /agent/done",
    command: { words: ["done"], args: "", does: "submits your committed work; the last thing that you do" },
    request: ({ summary, force }) => ({ body: { summary, force } }),
  }),
  defineFunction({
    name: "mol_current",
    roles: ["polecat"],
    description: "The step of your formula that is to be done now, with its text, and how far you have come.",
    input: z.strictObject({}),
    output: moleculeOut,
    route: "get /towns/:town/molecule",
    command: { words: ["mol", "current"], args: "", does: "shows the step that is to be done now" },
    request: () => ({}),
  }),
  defineFunction({
    name: "mol_next",
    roles: ["polecat"],
    description:
      "Says that the current step is done and answers the next one. The same step twice is once; a step out of its order is refused.",
    input: nextStepSchema.omit({ bead: true }),
    output: nextStepReplySchema.extend({ molecule: moleculeOut }),
    route: "post /towns/:town/molecule/next",
    command: { words: ["mol", "next"], args: "<step>", does: "says that a step is done, and shows the next" },
    request: input => ({ body: definedOnly(input) }),
  }),
  defineFunction({
    name: "mol_fail",
    roles: ["polecat"],
    description:
      "Says that the current step cannot be done, and why: your attempt ends, and the next one begins at this step.",
    input: failStepSchema.omit({ bead: true }),
    output: moleculeOut,
    route: "post /towns/:town/molecule/fail",
    command: {
      words: ["mol", "fail"],
      args: '<step> "<reason>"',
      does: "says that a step cannot be done; ends your attempt",
    },
    request: body => ({ body }),
  }),
  defineFunction({
    name: "status",
    roles: ["polecat", "refinery"],
    description:
      "Says in one line what you are doing; people see it beside your name. Not needed at every step.",
    input: saySchema,
    output: agentViewSchema,
    route: "post /towns/:town/say",
    command: { words: ["say"], args: '"<line>"', does: "says in one line what you are doing" },
    request: body => ({ body }),
  }),
  defineFunction({
    name: "checkpoint",
    roles: ["polecat"],
    description:
      "Keeps a note for whoever goes on with your work, and a copy of all that is not committed. Call it before anything risky and when your context runs low.",
    input: checkpointRequestSchema,
    output: checkpointReplySchema,
    route: "post /agent/checkpoint",
    command: {
      words: ["checkpoint"],
      args: '"<note>"',
      does: "keeps a note and your files for whoever goes on",
    },
    request: body => ({ body }),
  }),
  defineFunction({
    name: "ask_human",
    roles: ["polecat"],
    description:
      "Asks people a question, with the answers that are possible. Go on meanwhile with what does not depend on it; with `wait` your run ends and the work goes on when the answer is there: commit first.",
    input: askSchema,
    output: gateViewSchema,
    route: "post /towns/:town/questions",
    command: { words: ["ask"], args: '"<question>"', does: "asks people what you cannot decide" },
    request: body => ({ body }),
  }),
];
