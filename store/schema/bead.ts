/**
 * The bead: one issue, message, merge request, convoy or agent, as it stands in its file on the branch.
 * Field names and omission rules are those of `bd`; unknown fields survive a round trip.
 */
import { z } from "zod";

export {
  BUILT_IN_TYPES,
  type BuiltInStatus,
  type BuiltInType,
  DEPENDENCY_TYPES,
  MAX_TEXT_BYTES,
  MAX_TITLE_BYTES,
  STATUS_CATEGORY,
  type StatusCategory,
} from "./bead-words.ts";

/** RFC 3339 instant, always written in UTC with milliseconds by us. */
export const instantSchema = z.iso.datetime({ offset: true });

/** Hybrid logical clock stamp of one field: [wall milliseconds, counter, actor]. */
export const stampSchema = z.tuple([z.int().nonnegative(), z.int().nonnegative(), z.string()]);
export type Stamp = z.infer<typeof stampSchema>;

/** An edge `issue_id -> depends_on_id`: the first needs, follows or mentions the second. */
export const dependencySchema = z.looseObject({
  issue_id: z.string().min(1),
  depends_on_id: z.string().min(1),
  type: z.string().min(1).max(50),
  created_at: instantSchema,
  created_by: z.string().optional(),
  /** A JSON document as text, as `bd` has it. */
  metadata: z.string().optional(),
  thread_id: z.string().optional(),
});
export type Dependency = z.infer<typeof dependencySchema>;

export const commentSchema = z.looseObject({
  id: z.string().min(1),
  issue_id: z.string().min(1),
  author: z.string(),
  text: z.string(),
  created_at: instantSchema,
});
export type Comment = z.infer<typeof commentSchema>;

export const bondSchema = z.looseObject({
  source_id: z.string(),
  bond_type: z.string().optional(),
  bond_point: z.string().optional(),
});

/** One bead as stored and as shown. Absent means unset: empty strings, false and empty lists are not written. */
export const beadSchema = z.looseObject({
  id: z.string().min(1).max(200),
  title: z.string().min(1),
  description: z.string().optional(),
  design: z.string().optional(),
  acceptance_criteria: z.string().optional(),
  notes: z.string().optional(),
  spec_id: z.string().optional(),
  status: z.string().min(1),
  /** 0 is the most urgent, 4 the backlog, 2 the default. */
  priority: z.int().min(0).max(4),
  issue_type: z.string().min(1),
  assignee: z.string().optional(),
  owner: z.string().optional(),
  estimated_minutes: z.int().nonnegative().optional(),
  created_at: instantSchema,
  created_by: z.string().optional(),
  updated_at: instantSchema,
  started_at: instantSchema.optional(),
  closed_at: instantSchema.optional(),
  close_reason: z.string().optional(),
  closed_by_session: z.string().optional(),
  due_at: instantSchema.optional(),
  defer_until: instantSchema.optional(),
  external_ref: z.string().optional(),
  source_system: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  compaction_level: z.int().optional(),
  compacted_at: instantSchema.optional(),
  compacted_at_commit: z.string().optional(),
  original_size: z.int().optional(),
  labels: z.array(z.string()).optional(),
  dependencies: z.array(dependencySchema).optional(),
  comments: z.array(commentSchema).optional(),
  sender: z.string().optional(),
  ephemeral: z.boolean().optional(),
  no_history: z.boolean().optional(),
  wisp_type: z.string().optional(),
  pinned: z.boolean().optional(),
  is_template: z.boolean().optional(),
  bonded_from: z.array(bondSchema).optional(),
  await_type: z.string().optional(),
  await_id: z.string().optional(),
  /** Nanoseconds. */
  timeout: z.number().optional(),
  waiters: z.array(z.string()).optional(),
  source_formula: z.string().optional(),
  source_location: z.string().optional(),
  mol_type: z.string().optional(),
  work_type: z.string().optional(),
  event_kind: z.string().optional(),
  actor: z.string().optional(),
  target: z.string().optional(),
  payload: z.string().optional(),
  /** Stamp by field name, and by `field/key` where a field merges per entry. */
  _clock: z.record(z.string(), stampSchema).optional(),
});
export type Bead = z.infer<typeof beadSchema>;

/** What a caller gives to make a bead; the store adds the id (unless given), times, actor and stamps. */
export const newBeadSchema = beadSchema
  .omit({
    id: true,
    created_at: true,
    updated_at: true,
    _clock: true,
    status: true,
    priority: true,
    issue_type: true,
    dependencies: true,
    comments: true,
  })
  .extend({
    id: z.string().min(1).max(200).optional(),
    /** Which store it goes to, by id prefix; the default store when absent. */
    prefix: z.string().optional(),
    /** A child of this bead gets the next `parent.N` id and a parent-child edge. */
    parent: z.string().optional(),
    status: z.string().default("open"),
    priority: z.int().min(0).max(4).default(2),
    issue_type: z.string().default("task"),
    dependencies: z
      .array(
        z.object({
          depends_on_id: z.string(),
          type: z.string().default("blocks"),
          metadata: z.string().optional(),
        }),
      )
      .optional(),
  });
export type NewBead = z.input<typeof newBeadSchema>;

/** Fields to change; `null` unsets. Labels, dependencies and comments have operations of their own. */
export type BeadPatch = {
  readonly [K in keyof Omit<
    Bead,
    "id" | "created_at" | "created_by" | "dependencies" | "comments" | "_clock" | "metadata"
  >]?: Bead[K] | null;
} & {
  /** Top-level keys to set; a `null` value removes the key. */
  readonly metadata?: Readonly<Record<string, unknown>>;
};
