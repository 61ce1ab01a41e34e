/** What one may ask of a town: bodies of its calls, shared by the actors and the REST API. */
import { z } from "zod";
import { driverSpecSchema, isolationSchema } from "./agent.ts";
import { newBeadSchema } from "./bead.ts";
import { priceNameSchema, priceSchema } from "./budget.ts";
import { directivesSchema, moleculeViewSchema, patrolPatchSchema, rigSettingsPatchSchema } from "./views.ts";

export const rigNameSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,31}$/,
    "lower case letters, digits, - and _, starting with a letter, at most 32",
  );
export const prefixSchema = z
  .string()
  .regex(/^[a-z][a-z0-9]{0,9}$/, "lower case letters and digits, starting with a letter, at most 10");

export const addRigSchema = z.strictObject({
  name: rigNameSchema,
  git_url: z.string().min(1).max(4_096),
  prefix: prefixSchema,
  settings: rigSettingsPatchSchema.optional(),
});
export type AddRig = z.infer<typeof addRigSchema>;

/** What the mayor is, when it runs as an agent; what is absent stays as it was. */
export const mayorChoiceSchema = z.strictObject({
  driver: driverSpecSchema.optional(),
  isolation: isolationSchema.optional(),
  allow_hosts: z.array(z.string().min(1).max(255)).max(50).optional(),
});

export const createBeadSchema = newBeadSchema.extend({ rig: rigNameSchema.optional() });
export type CreateBead = z.input<typeof createBeadSchema>;

export const patchBeadSchema = z.strictObject({
  title: z.string().optional(),
  description: z.string().nullable().optional(),
  design: z.string().nullable().optional(),
  acceptance_criteria: z.string().nullable().optional(),
  notes: z.string().nullable().optional(),
  status: z.string().optional(),
  priority: z.int().min(0).max(4).optional(),
  issue_type: z.string().optional(),
  assignee: z.string().nullable().optional(),
  add_labels: z.array(z.string()).optional(),
  remove_labels: z.array(z.string()).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  /** It is not dispatched before; `null` lets it go on. */
  defer_until: z.iso.datetime({ offset: true }).nullable().optional(),
});
export type PatchBead = z.infer<typeof patchBeadSchema>;

export const closeBeadSchema = z.strictObject({ reason: z.string().max(10_000).optional() });
/** What is wanted of work that is turned down; an agent reads it. */
export const mergeVerdictTextSchema = z.string().trim().min(1).max(20_000);
export const commentSchema = z.strictObject({ text: z.string().min(1).max(100_000) });
export const dependencyBodySchema = z.strictObject({
  depends_on: z.string(),
  type: z.string().default("blocks"),
});

/** Beads to be worked on; each gets a polecat as soon as it is ready and a place is free. */
export const slingSchema = z.strictObject({
  beads: z.array(z.string()).min(1).max(100),
  rig: rigNameSchema.optional(),
  driver: driverSpecSchema.optional(),
  isolation: isolationSchema.optional(),
  /** Formula that the work follows step by step; the rig's default when absent, none when `null`. */
  formula: z.string().min(1).max(100).nullable().optional(),
  /** Values of the formula's variables. */
  vars: z.record(z.string().max(100), z.string().max(10_000)).optional(),
});
export type Sling = z.infer<typeof slingSchema>;
export const slingReplySchema = z.object({
  slung: z.array(z.object({ bead: z.string(), rig: z.string(), already: z.boolean() })),
});
export type SlingReply = z.infer<typeof slingReplySchema>;

/** How a convoy's work reaches the target: each member for itself, or all together by a branch of the convoy's own. */
export const convoyModeSchema = z.enum(["review-and-merge", "review-then-land"]);
export type ConvoyMode = z.infer<typeof convoyModeSchema>;

const convoyTitle = z.string().min(1).max(500);
/** Who is told: a person's name, an agent or any other mail address. */
const address = z.string().min(1).max(200);
const convoyOptions = {
  /** Told when the convoy lands, fails or is stranded; who makes it, unless named. */
  owner: address.optional(),
  /** Told as well. */
  watchers: z.array(address).max(50).default([]),
  mode: convoyModeSchema.optional(),
  /** Sling the members at once; otherwise the convoy waits, staged, for its start. */
  start: z.boolean().default(false),
  /** The rig of members that belong to the town's own store. */
  rig: rigNameSchema.optional(),
  driver: driverSpecSchema.optional(),
  isolation: isolationSchema.optional(),
};

/** A convoy of beads that exist: those named, and the work below an epic. */
export const createConvoySchema = z.strictObject({
  /** The epic's own, unless given. */
  title: convoyTitle.optional(),
  beads: z.array(z.string()).max(1_000).default([]),
  epic: z.string().optional(),
  ...convoyOptions,
});
export type CreateConvoy = z.input<typeof createConvoySchema>;

/** One task of a plan. */
export const planTaskSchema = z.strictObject({
  /** Name by which other tasks of the plan refer to it; its number, from 1, unless given. */
  key: z.string().min(1).max(64).optional(),
  title: z.string().min(1).max(500),
  description: z.string().max(100_000).optional(),
  acceptance_criteria: z.string().max(20_000).optional(),
  type: z.string().max(64).default("task"),
  priority: z.int().min(0).max(4).default(2),
  labels: z.array(z.string()).max(50).default([]),
  rig: rigNameSchema.optional(),
  /** Keys of tasks of the plan, or ids of beads, that must be done first. */
  depends_on: z.array(z.string().min(1).max(200)).max(200).default([]),
});

/** A convoy of work that does not exist yet: tasks and what each waits for. All of it is made, or nothing. */
export const planConvoySchema = z.strictObject({
  title: convoyTitle,
  tasks: z.array(planTaskSchema).min(1).max(200),
  ...convoyOptions,
});
export type PlanConvoy = z.input<typeof planConvoySchema>;

export const startConvoySchema = z.strictObject({
  rig: rigNameSchema.optional(),
  driver: driverSpecSchema.optional(),
  isolation: isolationSchema.optional(),
});

export const updateConvoySchema = z.strictObject({
  title: convoyTitle.optional(),
  owner: address.optional(),
  mode: convoyModeSchema.optional(),
  watch: z.array(address).max(50).default([]),
  unwatch: z.array(address).max(50).default([]),
});

const stepName = z.string().min(1).max(200);
const beadName = z.string().min(1).max(200);

/** A step of a molecule is done. */
export const nextStepSchema = z.strictObject({
  /** The bead whose molecule is meant; an agent's own when absent. */
  bead: beadName.optional(),
  /** The step: its name in the formula, or its bead. */
  step: stepName,
  /** What was done. */
  summary: z.string().min(1).max(10_000).optional(),
  /** What it gives on to steps that the formula makes of it. */
  output: z.record(z.string().max(200), z.unknown()).optional(),
});
export const nextStepReplySchema = z.object({
  /** True when the step had been closed before: nothing was changed. */
  repeated: z.boolean(),
  closed: z.string(),
  molecule: moleculeViewSchema,
});
export type NextStepReply = z.infer<typeof nextStepReplySchema>;
/** A step of a molecule cannot be done. */
export const failStepSchema = z.strictObject({
  bead: beadName.optional(),
  step: stepName,
  reason: z.string().min(1).max(10_000),
});
/** Why a gate is opened, or rejected. */
export const gateReasonSchema = z.strictObject({ reason: z.string().min(1).max(2_000) });

/** What an agent is doing, in one line. */
export const saySchema = z.strictObject({ text: z.string().min(1).max(200) });
/** A note for whoever goes on with the work, and the ref that keeps what is not committed. */
export const checkpointSchema = z.strictObject({
  note: z.string().min(1).max(10_000),
  ref: z
    .string()
    .regex(/^refs\/gastown\/wip\/[A-Za-z0-9._/-]{1,300}$/)
    .optional(),
});
/** A question of an agent to people. */
export const askSchema = z.strictObject({
  question: z.string().min(1).max(4_000),
  /** Answers that are possible; any when empty. */
  options: z.array(z.string().min(1).max(200)).max(10).default([]),
  /** Nothing can be done without the answer: the run ends, and the work goes on when it is there. */
  wait: z.boolean().default(false),
});
export const answerSchema = z.strictObject({ answer: z.string().min(1).max(4_000) });

/** Settings of the town as a whole; `null` unsets. */
export const townSettingsPatchSchema = z.strictObject({
  max_polecats: z.int().min(0).max(1_000).optional(),
  driver: driverSpecSchema.nullable().optional(),
  isolation: isolationSchema.nullable().optional(),
  directives: directivesSchema.nullable().optional(),
  /** What models cost, by name; null forgets one. */
  prices: z.record(priceNameSchema, priceSchema.nullable()).optional(),
  /** What is named changes; null is all of it as without. */
  patrol: patrolPatchSchema.nullable().optional(),
});
