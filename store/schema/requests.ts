/** What one may ask of a town: bodies of its calls, shared by the actors and the REST API. */
import { z } from "zod";
import { driverSpecSchema, isolationSchema } from "./agent.ts";
import { newBeadSchema } from "./bead.ts";
import { rigSettingsPatchSchema } from "./views.ts";

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
});
export type PatchBead = z.infer<typeof patchBeadSchema>;

export const closeBeadSchema = z.strictObject({ reason: z.string().max(10_000).optional() });
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
});
export type Sling = z.infer<typeof slingSchema>;
export const slingReplySchema = z.object({
  slung: z.array(z.object({ bead: z.string(), rig: z.string(), already: z.boolean() })),
});
export type SlingReply = z.infer<typeof slingReplySchema>;

export const createConvoySchema = z.strictObject({
  title: z.string().min(1).max(500),
  beads: z.array(z.string()).min(1).max(1_000),
});
export type CreateConvoy = z.infer<typeof createConvoySchema>;
