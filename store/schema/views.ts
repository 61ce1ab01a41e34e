/**
 * What the town shows: its read models, as JSON. Every list is an array, never null. It is long because it is one vocabulary.
 * The town answers them, and the gateway passes them on (`runtime/gateway/contract/views.ts`).
 */
import { z } from "zod";
import {
  agentActivitySchema,
  agentRoleSchema,
  driverSpecSchema,
  gateSchema,
  isolationSchema,
} from "./agent.ts";
import { beadSchema } from "./bead.ts";
import { severitySchema } from "./escalation.ts";

/**
 * How submitted work gets into the target: `direct` merges and pushes; `local` merges into the target branch of the rig's
 * own repository and pushes nothing; `pr` opens a pull request on the forge and sees it through.
 */
export const MERGE_STRATEGIES = ["direct", "local", "pr"] as const;
export const mergeStrategySchema = z.enum(MERGE_STRATEGIES);
export const ON_CONFLICT = ["attempt", "rework"] as const;
export const onConflictSchema = z.enum(ON_CONFLICT);
export const MERGE_METHODS = ["merge", "squash", "rebase"] as const;
/** How the forge merges a pull request. */
export const mergeMethodSchema = z.enum(MERGE_METHODS);
export type MergeStrategy = z.infer<typeof mergeStrategySchema>;

/** Longest directives of a town or a rig, in characters: they go with every prompt. */
export const MAX_DIRECTIVES_CHARS = 4_000;
export const directivesSchema = z.string().min(1).max(MAX_DIRECTIVES_CHARS);

/** Thresholds of the patrol; what is absent is as the town has it. Times in minutes. */
export const patrolSettingsSchema = z.strictObject({
  nudge_min: z.number().positive().max(100_000).optional(),
  triage_min: z.number().positive().max(100_000).optional(),
  stop_min: z.number().positive().max(100_000).optional(),
  stuck_min: z.number().positive().max(100_000).optional(),
  loop: z.int().min(2).max(10_000).optional(),
});
export type PatrolSettings = z.infer<typeof patrolSettingsSchema>;
/** A change of it: what is absent stays, null is as without. */
export const patrolPatchSchema = z.strictObject({
  nudge_min: patrolSettingsSchema.shape.nudge_min.nullable(),
  triage_min: patrolSettingsSchema.shape.triage_min.nullable(),
  stop_min: patrolSettingsSchema.shape.stop_min.nullable(),
  stuck_min: patrolSettingsSchema.shape.stuck_min.nullable(),
  loop: patrolSettingsSchema.shape.loop.nullable(),
});

export const rigSettingsSchema = z.object({
  target: z.string().default("main"),
  gates: z.array(gateSchema).default([]),
  max_polecats: z.int().min(0).max(100).default(4),
  driver: driverSpecSchema.optional(),
  isolation: isolationSchema.optional(),
  allow_hosts: z.array(z.string()).default([]),
  patrol: patrolSettingsSchema.optional(),
  /** Merge requests that are tested and published together, at most; 1 merges one at a time. */
  batch_size: z.int().min(1).max(50).default(5),
  /** How often a failed gate is run again before the failure counts. */
  flaky_retries: z.int().min(0).max(5).default(1),
  /** After waiting so long a merge request goes first, whatever its score. */
  max_wait_minutes: z.int().min(1).max(10_080).default(240),
  merge_strategy: mergeStrategySchema.default("direct"),
  /** What every agent of the rig is told besides its work, in the owner's words. */
  directives: z.string().optional(),
  /** Formula that work of the rig follows unless it is slung otherwise. */
  formula: z.string().optional(),
  /** What follows a conflict: a fresh attempt at the bead, or a bead of its own that resolves it on the same branch. */
  on_conflict: onConflictSchema.default("attempt"),
  /** Rework and conflict beads of one merge request, before a person is asked. */
  max_reworks: z.int().min(0).max(20).default(3),
  /** The agent that reviews every merge request before it is tested; absent: they are merged without a review. */
  reviewer: driverSpecSchema.optional(),
  /** How long a review may take. */
  review_deadline_minutes: z.int().min(1).max(1_440).default(30),
  /** API of the forge that pull requests are opened on. */
  forge_url: z.string().default("https://api.github.com"),
  /** `owner/name` there; by default taken from the rig's git URL. */
  forge_repo: z.string().optional(),
  /** Merge a pull request as soon as everything allows it; otherwise a person merges it. */
  auto_merge: z.boolean().default(true),
  /** How long everything has to allow it, without a break, before it is merged. */
  auto_merge_delay_minutes: z.int().min(0).max(10_080).default(0),
  merge_method: mergeMethodSchema.default("merge"),
  /** Gates are run before work is submitted too; while the target does not move, the merge does not run them again. */
  pre_verify: z.boolean().default(false),
});
export type RigSettings = z.infer<typeof rigSettingsSchema>;

/** Settings to change. No defaults here: a default in a patch would reset what it does not name. */
export const rigSettingsPatchSchema = z.strictObject({
  target: z.string().min(1).max(200).optional(),
  gates: z.array(gateSchema).optional(),
  max_polecats: z.int().min(0).max(100).optional(),
  /** `null` unsets. */
  driver: driverSpecSchema.nullable().optional(),
  isolation: isolationSchema.nullable().optional(),
  allow_hosts: z.array(z.string()).optional(),
  patrol: patrolPatchSchema.nullable().optional(),
  batch_size: z.int().min(1).max(50).optional(),
  flaky_retries: z.int().min(0).max(5).optional(),
  max_wait_minutes: z.int().min(1).max(10_080).optional(),
  merge_strategy: mergeStrategySchema.optional(),
  directives: directivesSchema.nullable().optional(),
  formula: z.string().min(1).max(100).nullable().optional(),
  on_conflict: onConflictSchema.optional(),
  max_reworks: z.int().min(0).max(20).optional(),
  reviewer: driverSpecSchema.nullable().optional(),
  review_deadline_minutes: z.int().min(1).max(1_440).optional(),
  forge_url: z.url().max(500).optional(),
  forge_repo: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/, "owner/name")
    .nullable()
    .optional(),
  auto_merge: z.boolean().optional(),
  auto_merge_delay_minutes: z.int().min(0).max(10_080).optional(),
  merge_method: mergeMethodSchema.optional(),
  pre_verify: z.boolean().optional(),
});
export type RigSettingsPatch = z.infer<typeof rigSettingsPatchSchema>;

export const rigViewSchema = z.object({
  name: z.string(),
  prefix: z.string(),
  /** Without user name and password. */
  git_url: z.string(),
  /** The rig's git directory; `git -C <path> log beads` is its history. */
  path: z.string(),
  settings: rigSettingsSchema,
  state: z.enum(["adding", "ready", "parked", "failed"]),
  reason: z.string().optional(),
});
export type RigView = z.infer<typeof rigViewSchema>;

export const agentViewSchema = z.object({
  /** `<rig>/<name>`, e.g. `sample/toast`, `sample/refinery`. */
  id: z.string(),
  name: z.string(),
  role: agentRoleSchema,
  rig: z.string(),
  state: z.enum(["idle", "starting", "working", "stopping", "backoff", "given_up"]),
  activity: agentActivitySchema.optional(),
  detail: z.string().optional(),
  /** Since when it is in this state. */
  since: z.iso.datetime(),
  bead: z.string().optional(),
  bead_title: z.string().optional(),
  attempt: z.int().optional(),
  generation: z.int(),
  isolation: isolationSchema.optional(),
  /** Why isolation is less than asked for, when it is. */
  reduced: z.string().optional(),
  driver: z.string().optional(),
  /** Last lines for a list: at most 200 characters. */
  last_note: z.string().optional(),
  /** What it says it is doing, in one line. */
  says: z.string().optional(),
  completed: z.int(),
  /** Of a rate limit: when it ends, as the agent's CLI tells. */
  resets_at: z.string().optional(),
  /** Since when all its processes stand still by an emergency stop; absent while they run, or are only about to stop. */
  frozen: z.iso.datetime().optional(),
  /** True when a terminal can be opened, live or after the fact. */
  has_terminal: z.boolean(),
});
export type AgentView = z.infer<typeof agentViewSchema>;

export const convoyViewSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** `staged` waits for its start, `stranded` cannot go on by itself, `closed` was given up. */
  state: z.enum(["staged", "open", "stranded", "landed", "failed", "closed"]),
  total: z.int(),
  /** Closed by a merge. */
  merged: z.int(),
  /** Closed by somebody, without a merge. */
  unmerged: z.int().default(0),
  failed: z.int(),
  /** In the order of their waves: those of wave 1 wait for none of the others. */
  beads: z.array(
    z.object({ id: z.string(), title: z.string(), status: z.string(), wave: z.int().positive().optional() }),
  ),
  owner: z.string().optional(),
  watchers: z.array(z.string()).default([]),
  mode: z.string().optional(),
  /** Members that keep a stranded convoy from going on, and why. */
  stranded: z.array(z.object({ bead: z.string(), reason: z.string() })).default([]),
  started_at: z.iso.datetime().optional(),
  landed_at: z.iso.datetime().optional(),
});
export type ConvoyView = z.infer<typeof convoyViewSchema>;

export const mergeRequestViewSchema = z.object({
  id: z.string(),
  bead: z.string(),
  rig: z.string(),
  branch: z.string(),
  target: z.string(),
  head: z.string(),
  state: z.enum(["queued", "reviewing", "merging", "proposed", "blocked", "merged", "rejected"]),
  merge_commit: z.string().optional(),
  reason: z.string().optional(),
  created_at: z.iso.datetime(),
  title: z.string().optional(),
  kind: z.enum(["work", "landing"]).optional(),
  agent: z.string().optional(),
  attempt: z.int().optional(),
  priority: z.int().optional(),
  commits: z.int().optional(),
  /** Runs that ended without a result of the work's own. */
  retries: z.int().optional(),
  /** Tried again then, not before. */
  not_before: z.iso.datetime().optional(),
  /** How the gates went in the latest run. */
  gates: z.array(z.object({ name: z.string(), ok: z.boolean(), ms: z.int() })).optional(),
  /** Commit of the target for which the gates passed when it was submitted; on that one they are not run again. */
  verified_on: z.string().optional(),
  /** Of a queued one: higher goes first. */
  score: z.number().optional(),
  /** What the score is made of, in words with points. */
  score_reasons: z.array(z.string()).optional(),
  /** Place in the rig's queue, 1 is next. */
  position: z.int().optional(),
  /** The others of the run that it is merged with. */
  batch: z.array(z.string()).optional(),
  strategy: mergeStrategySchema.optional(),
  blocker: z.string().optional(),
  review: z
    .object({ verdict: z.string().optional(), by: z.string().optional(), text: z.string().optional() })
    .optional(),
  pull: z
    .object({
      number: z.int(),
      url: z.string(),
      state: z.string(),
      checks: z.string().optional(),
      reviews: z.string().optional(),
    })
    .optional(),
});
export type MergeRequestView = z.infer<typeof mergeRequestViewSchema>;

/** A step of a molecule. */
export const stepViewSchema = z.object({
  /** Its bead. */
  id: z.string(),
  /** Its name in the formula. */
  step: z.string(),
  title: z.string(),
  state: z.enum(["done", "failed", "current", "ready", "blocked"]),
  /** Place among the steps, from 1. */
  index: z.int(),
  blocked_by: z.array(z.string()),
  description: z.string().optional(),
  acceptance: z.string().optional(),
  notes: z.string().optional(),
});
export type StepView = z.infer<typeof stepViewSchema>;

/** What a molecule or a bead waits for before it goes on. */
export const gateViewSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** `timer`, `human`, `mail`, `gh:run`, `gh:pr` or `bead`. */
  type: z.string(),
  state: z.enum(["idle", "waiting", "released", "rejected", "escalated"]),
  /** What it waits for, in words. */
  reason: z.string(),
  /** The bead that goes on when it opens. */
  bead: z.string().optional(),
  /** Of a question: the whole of it, who asks, what may be answered, and the answer. */
  question: z.string().optional(),
  asked_by: z.string().optional(),
  options: z.array(z.string()).optional(),
  answer: z.string().optional(),
  molecule: z.string().optional(),
  since: z.iso.datetime().optional(),
  /** When it opens by itself (timer) or is escalated (all others). */
  due: z.iso.datetime().optional(),
});
export type GateView = z.infer<typeof gateViewSchema>;

/** How far the work on a bead has come along its formula. */
export const moleculeViewSchema = z.object({
  id: z.string(),
  formula: z.string(),
  bead: z.string().optional(),
  state: z.enum(["working", "waiting", "done", "failed"]),
  completed: z.int(),
  total: z.int(),
  current: stepViewSchema.optional(),
  waiting_for: z.array(gateViewSchema),
  steps: z.array(stepViewSchema),
});
export type MoleculeView = z.infer<typeof moleculeViewSchema>;

/** A formula that work can follow. */
export const formulaViewSchema = z.object({
  name: z.string(),
  description: z.string(),
  /** `built-in`, or the file in the town's folder. */
  source: z.string(),
  /** Why it cannot be used, when it cannot. */
  problem: z.string().optional(),
  vars: z.array(
    z.object({
      name: z.string(),
      description: z.string().optional(),
      required: z.boolean(),
      default: z.string().optional(),
    }),
  ),
  steps: z.array(z.object({ id: z.string(), title: z.string() })),
});
export type FormulaView = z.infer<typeof formulaViewSchema>;

/** One line of the activity feed. `seq` grows within a town and is the cursor to resume from. */
export const feedEventSchema = z.object({
  seq: z.int(),
  at: z.iso.datetime(),
  /** e.g. `bead.created`, `bead.status`, `agent.started`, `merge.merged`, `convoy.landed`, `town.warning`. */
  type: z.string(),
  text: z.string(),
  level: z.enum(["info", "good", "warn", "error"]).default("info"),
  rig: z.string().optional(),
  bead: z.string().optional(),
  agent: z.string().optional(),
});
export type FeedEvent = z.infer<typeof feedEventSchema>;

/** The mayor as an agent of the town. */
export const mayorViewSchema = z.object({
  id: z.string(),
  /** `waiting`: the last session failed, and the next begins at `next_at`. `failed`: it is not tried again by itself. */
  state: z.enum(["stopped", "starting", "running", "stopping", "waiting", "failed"]),
  /** A person wants it to be there. */
  wanted: z.boolean(),
  session: z.int(),
  driver: z.string().optional(),
  /** Messages in its inbox that wait for somebody. */
  mail: z.int(),
  /** When and by whom it was started or stopped last. */
  at: z.string().optional(),
  by: z.string().optional(),
  /** How its last session ended. */
  reason: z.string().optional(),
  next_at: z.string().optional(),
  agent: agentViewSchema.optional(),
});
export type MayorView = z.infer<typeof mayorViewSchema>;

/** Why nothing new starts: somebody paused or drains the town, its breaker tripped, or everything was frozen. */
export const brakeSchema = z.object({
  kind: z.enum(["pause", "drain", "breaker", "estop"]),
  at: z.iso.datetime(),
  by: z.string(),
  reason: z.string(),
  /** `all` holds merges back too; `dispatch` only new work. */
  scope: z.enum(["all", "dispatch"]),
  /** Of a drain: when the last run had ended. */
  drained_at: z.iso.datetime().optional(),
  /** Agents that are still at something. */
  running: z.array(z.string()),
});
export type Brake = z.infer<typeof brakeSchema>;

/** The whole town at one moment, with the cursor from which events go on. */
export const townViewSchema = z.object({
  name: z.string(),
  seq: z.int(),
  version: z.string(),
  started_at: z.iso.datetime(),
  paused: z.string().optional(),
  /** Escalations that nobody has resolved, and the severity of the gravest; absent when there are none. */
  escalations: z.object({ open: z.int(), worst: severitySchema }).optional(),
  /** Messages in the mayor's inbox that wait for somebody; absent when there are none. */
  mail: z.int().optional(),
  /** What holds the town back, in full; `paused` is its reason. */
  brake: brakeSchema.optional(),
  rigs: z.array(rigViewSchema),
  agents: z.array(agentViewSchema),
  convoys: z.array(convoyViewSchema),
  merge_requests: z.array(mergeRequestViewSchema),
  /** Number of beads by status, work types only. */
  counts: z.record(z.string(), z.int()),
});
export type TownView = z.infer<typeof townViewSchema>;

/** A bead with what the town knows about it. */
export const beadViewSchema = z.object({
  bead: beadSchema,
  rig: z.string().optional(),
  blocked_by: z.array(z.string()),
  dependents: z.array(z.object({ id: z.string(), type: z.string() })),
  merge_requests: z.array(mergeRequestViewSchema),
  events: z.array(z.record(z.string(), z.unknown())),
});
export type BeadView = z.infer<typeof beadViewSchema>;

/** The towns that the caller may see, for a client that knows only the gateway's address. */
export const townListSchema = z.object({ towns: z.array(z.object({ name: z.string() })) });
export type TownList = z.infer<typeof townListSchema>;

/** A run of an agent that left a recording, or that is still on. */
export const runViewSchema = z.object({
  run: z.string(),
  generation: z.int(),
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime().optional(),
  bead: z.string().optional(),
  live: z.boolean(),
});
export type RunView = z.infer<typeof runViewSchema>;
