/**
 * Typed metadata of the beads that a town works with: under which top-level key of `metadata` what lies, and its shape.
 * Readers keep keys that they do not know. Statuses are not repeated here: a merge request is queued, merging, merged or
 * rejected as its bead is `open`, `in_progress`, `closed` or `failed`; a convoy has landed when its bead is closed.
 * The file is long because it is one vocabulary, with a schema for each kind of bead.
 */
import { z } from "zod";
import { agentRoleSchema, driverSpecSchema, isolationSchema } from "./agent.ts";
import { type Bead, instantSchema } from "./bead.ts";
import { budgetSchema, priceSchema, usageDaySchema, usageSchema } from "./budget.ts";
import { AppError } from "./errors.ts";
import { escalationSettingsSchema, notificationSchema, severitySchema } from "./escalation.ts";
import { mailKindSchema, mailListsSchema } from "./mail.ts";
import { agentFindingSchema, agentRunSchema } from "./patrol.ts";
import { patrolSettingsSchema, rigSettingsSchema } from "./views.ts";

/** Label of a bead that the town is to see through. Taking it off takes the bead back. */
export const SLUNG_LABEL = "gt:slung";
/** Label of a bead that is kept back: it is not dispatched, whether slung or not, until the label is off. */
export const HELD_LABEL = "gt:held";
/** Longest text of a failure that is kept, in characters; the end of an output tells most. */
export const MAX_FAILURE_CHARS = 8_000;
/** Attempts remembered on a bead. */
export const MAX_ATTEMPTS_KEPT = 12;

/** Why an attempt ended without a merge. */
export const failureKindSchema = z.enum([
  /** The agent ended without submitting. */
  "agent",
  /** The sandbox vanished, more often than is restarted. */
  "lost",
  /** It could not be started: no such program, no isolation. Not tried again by itself. */
  "setup",
  "conflict",
  "gate",
  /** The merge could not be carried out for reasons outside the work. */
  "merge",
  /** Somebody who looked at it turned it down. */
  "review",
  /** A person rejected a gate of its molecule. Not tried again by itself. */
  "rejected",
  /** Its run was told to end, and not by the town. */
  "interrupted",
]);
export type FailureKind = z.infer<typeof failureKindSchema>;

const failureSchema = z.looseObject({
  at: instantSchema,
  attempt: z.int(),
  kind: failureKindSchema,
  text: z.string(),
});
export type Failure = z.infer<typeof failureSchema>;

/** One attempt: which agent, on which branch, and how it ended. */
export const attemptSchema = z.looseObject({
  attempt: z.int().positive(),
  agent: z.string(),
  branch: z.string(),
  at: instantSchema,
  ended_at: instantSchema.optional(),
  outcome: z.enum(["merged", "failed", "rejected", "stopped", "submitted"]).optional(),
  /** Ref that keeps what was not committed when it ended. */
  wip: z.string().optional(),
  input_tokens: z.int().optional(),
  output_tokens: z.int().optional(),
  cost_usd: z.number().optional(),
  /** Seconds that its agent was at it, without those that it was frozen. */
  wall_s: z.number().optional(),
});
export type Attempt = z.infer<typeof attemptSchema>;

/** `metadata.work`, on beads of work types once they were slung. */
export const workSchema = z.looseObject({
  /** Rig in whose repository it is worked on. */
  rig: z.string(),
  /** How it was slung last; that it is slung now says its label. */
  slung: z
    .looseObject({
      at: instantSchema,
      by: z.string(),
      driver: driverSpecSchema.optional(),
      isolation: isolationSchema.optional(),
    })
    .optional(),
  /** Fencing number of the latest lease: grows with each, never goes back. */
  attempt: z.int().nonnegative().default(0),
  /** Leases since it was slung or reopened last; this is what the cap counts. */
  tries: z.int().nonnegative().default(0),
  /** Merge requests of it that were rejected, since the same moment. */
  rejections: z.int().nonnegative().default(0),
  /** The agent that works on it under number `attempt`; stays while its merge request is in review. */
  lease: z.looseObject({ agent: z.string(), at: instantSchema }).optional(),
  /** Branch and target of the latest attempt. */
  branch: z.string().optional(),
  target: z.string().optional(),
  /** Merge request of the latest submission. */
  merge_request: z.string().optional(),
  merge_commit: z.string().optional(),
  /** The way of working that it carries: a formula, poured when it is dispatched first. */
  formula: z.looseObject({ name: z.string(), vars: z.record(z.string(), z.string()).default({}) }).optional(),
  /** Root of the molecule that was poured for it. */
  molecule: z.string().optional(),
  /** The latest note of a worker for whoever comes after it. */
  checkpoint: z
    .looseObject({
      at: instantSchema,
      attempt: z.int(),
      agent: z.string(),
      note: z.string(),
      /** Ref that keeps what was not committed then. */
      ref: z.string().optional(),
    })
    .optional(),
  last_failure: failureSchema.optional(),
  /** What attempts used that are no longer remembered one by one. */
  earlier_usage: usageSchema.optional(),
  /** The budget that ended an attempt last. Whether it still holds the bead back, the budget says. */
  over_budget: z.looseObject({ at: instantSchema, budget: z.string(), text: z.string() }).optional(),
  /** The `defer_until` that its last failure set; another one there is a person's. */
  backoff_until: instantSchema.optional(),
  /** The merge request whose branch it goes on with, and the commit that it starts from. Such work has no merge request of its own. */
  rework: z
    .looseObject({ merge_request: z.string(), branch: z.string(), head: z.string(), agent: z.string() })
    .optional(),
  /** Runs in a row that could not submit since the remote was away; up to a bound they are not counted as tries. */
  away: z.int().nonnegative().optional(),
  /** The latest attempts, oldest first. */
  attempts: z.array(attemptSchema).default([]),
});
export type Work = z.infer<typeof workSchema>;

/** What reviewers said of a merge request. */
const reviewSchema = z.looseObject({
  /** The commit that it is about. */
  head: z.string(),
  verdict: z.enum(["approved", "changes_requested", "escalated"]).optional(),
  by: z.string().optional(),
  at: instantSchema.optional(),
  text: z.string().optional(),
  /** Review runs of this head that ended without a verdict. */
  tries: z.int().nonnegative().default(0),
  /** Until when the run under way has to say something. */
  deadline: instantSchema.optional(),
});
export type Review = z.infer<typeof reviewSchema>;

/** A pull request on the forge, as seen last. */
const pullSchema = z.looseObject({
  number: z.int().positive(),
  url: z.string(),
  /** True when it was there already. */
  adopted: z.boolean().default(false),
  state: z.enum(["open", "merged", "closed"]).default("open"),
  checks: z.enum(["none", "pending", "passed", "failed"]).optional(),
  reviews: z.enum(["none", "required", "approved", "changes_requested"]).optional(),
  conflict: z.boolean().optional(),
  draft: z.boolean().optional(),
  /** Since when everything allows the merge, without a break. */
  green_since: instantSchema.optional(),
  /** Failures in a row of asking for it. */
  failures: z.int().nonnegative().default(0),
  /** Head that the forge was asked to bring up to date with the target, and how often it was asked in all. */
  updated: z.string().optional(),
  updates: z.int().nonnegative().optional(),
  /** So often did the forge refuse to merge this head, though everything seemed to allow it. */
  refused: z.int().nonnegative().optional(),
  /** What was handed on as feedback already. */
  feedback: z.string().optional(),
  /** Head that the forge has. */
  head: z.string().optional(),
});
export type Pull = z.infer<typeof pullSchema>;

/** `metadata.merge_request` */
export const mergeRequestSchema = z.looseObject({
  /** The bead whose work it merges. */
  source: z.string(),
  rig: z.string(),
  branch: z.string(),
  head: z.string(),
  base: z.string(),
  target: z.string(),
  /** Attempt of the source that it came from, and the agent that made it. */
  attempt: z.int().positive(),
  agent: z.string(),
  commits: z.int().nonnegative().default(0),
  /** Fencing number of the latest merge run. */
  run: z.int().nonnegative().default(0),
  /** Merge runs that ended without a result of the work's own: remote away, target moved, sandbox lost. */
  retries: z.int().nonnegative().default(0),
  /** Runs in a row that found the remote or the machine away; they do not count as retries. */
  away: z.int().nonnegative().optional(),
  not_before: instantSchema.optional(),
  gates: z.array(z.looseObject({ name: z.string(), ok: z.boolean(), ms: z.int() })).default([]),
  merge_commit: z.string().optional(),
  reason: z.string().optional(),
  /** `landing`: the source is a convoy, and what is merged is its integration branch. Absent: work of an agent. */
  kind: z.enum(["work", "landing"]).optional(),
  /** While it is merged: the merge request that leads the run, and that one's fencing number. */
  batch: z.looseObject({ lead: z.string(), run: z.int() }).optional(),
  /** Gates that the submitting sandbox saw pass on exactly this merge result. */
  verified: z
    .looseObject({ base: z.string(), head: z.string(), tree: z.string(), gates: z.string() })
    .optional(),
  /** The latest review of it. */
  review: reviewSchema.optional(),
  /** While it is blocked: the bead that has to be done first. Absent, a person has to look at it. */
  blocker: z.string().optional(),
  /** Rework and conflict beads that were made of it so far. */
  reworks: z.int().nonnegative().optional(),
  /** Its pull request. */
  pull: pullSchema.optional(),
});
export type MergeRequest = z.infer<typeof mergeRequestSchema>;

/** `metadata.convoy`; what it tracks are its edges of type `tracks`. */
export const convoySchema = z.looseObject({
  created_by: z.string(),
  /** Told when it lands, fails or is stranded; `created_by` unless somebody else is named. */
  owner: z.string().optional(),
  watchers: z.array(z.string()).default([]),
  mode: z.string().optional(),
  /** True until it is started. A convoy that only follows work is neither staged nor started. */
  staged: z.boolean().default(false),
  started_at: instantSchema.optional(),
  /** How its members are slung. */
  sling: z
    .looseObject({
      rig: z.string().optional(),
      driver: driverSpecSchema.optional(),
      isolation: isolationSchema.optional(),
    })
    .optional(),
  landed_at: instantSchema.optional(),
  /** Its integration branch in each rig, by the rig's name, once something was merged into it. */
  integration: z
    .record(
      z.string(),
      z.looseObject({
        /** Tip of the branch as merged last. */
        head: z.string(),
        /** Merge request that lands it, and how many there were. */
        landing: z.string().optional(),
        landings: z.int().nonnegative().default(0),
        /** Merge commit in the target, and the tip that it brought there. */
        landed: z.looseObject({ commit: z.string(), head: z.string() }).optional(),
      }),
    )
    .optional(),
  /** Members whose failure was reported already. */
  reported: z.array(z.string()).default([]),
  /** Why it cannot go on, as reported last. */
  stranded: z.array(z.looseObject({ bead: z.string(), reason: z.string() })).default([]),
});
export type Convoy = z.infer<typeof convoySchema>;

/** `metadata.agent`: who an agent is, and what it has done. What it does now is not here. */
export const agentIdentitySchema = z.looseObject({
  role: agentRoleSchema,
  rig: z.string(),
  name: z.string(),
  completed_count: z.int().nonnegative().default(0),
  /** Latest merged work, newest first. */
  completed: z
    .array(
      z.looseObject({
        bead: z.string(),
        title: z.string(),
        merge_request: z.string(),
        commit: z.string(),
        at: instantSchema,
      }),
    )
    .default([]),
  /** Latest attempts, newest first. */
  runs: z.array(agentRunSchema).optional(),
  /** What all its attempts used. */
  spent: usageSchema.optional(),
  /** Attempts that ended without a submission. */
  failures: z.int().nonnegative().optional(),
  /** What the patrol found, newest first. */
  findings: z.array(agentFindingSchema).optional(),
});
export type AgentIdentity = z.infer<typeof agentIdentitySchema>;
/** Completed work remembered by bead; the count goes on. */
export const MAX_COMPLETED_KEPT = 50;

/** Label of the wisps in which the patrol writes down what it found. */
export const PATROL_LABEL = "gt:patrol";
/** `metadata.patrol` of such a wisp; on the one that counts the older ones, how many there were of each kind and tier. */
export const patrolRecordSchema = z.looseObject({
  agent: z.string().optional(),
  kind: z.string().optional(),
  tier: z.string().optional(),
  bead: z.string().optional(),
  attempt: z.int().optional(),
  counts: z.record(z.string(), z.int()).optional(),
});

/** Label of a request for triage. */
export const TRIAGE_LABEL = "gt:triage-request";
/** `metadata.triage`: what the patrol asks a person to look at. It is about this attempt on this bead, and no other. */
export const triageSchema = z.looseObject({
  kind: z.string(),
  agent: z.string(),
  bead: z.string(),
  attempt: z.int(),
  evidence: z.string(),
  asked_at: instantSchema,
});
export type Triage = z.infer<typeof triageSchema>;

/** `metadata.rig` */
export const rigRecordSchema = z.looseObject({
  name: z.string(),
  prefix: z.string(),
  /** Without user name and password. */
  git_url: z.string(),
  settings: rigSettingsSchema,
  state: z.enum(["adding", "ready", "parked", "failed"]),
  reason: z.string().optional(),
});
export type RigRecord = z.infer<typeof rigRecordSchema>;

const stillSchema = z.looseObject({ at: instantSchema, by: z.string(), reason: z.string() });
/** Who froze something, when, and why. */
export type Still = z.infer<typeof stillSchema>;

/** `metadata.town`: settings of the town as a whole. */
/** The mayor as an agent: what it is, and whether it is to be there. */
const mayorSchema = z.looseObject({
  /** A person wants it to run. */
  wanted: z.boolean().default(false),
  /** Fencing number of its runs; grows with each start. */
  session: z.int().nonnegative().default(0),
  /** The town's own when absent. */
  driver: driverSpecSchema.optional(),
  isolation: isolationSchema.optional(),
  allow_hosts: z.array(z.string()).default([]),
  /** When and by whom it was started or stopped last. */
  at: instantSchema.optional(),
  by: z.string().optional(),
  /** Sessions in a row that failed, how the last one ended, and when the next is tried. */
  failures: z.int().nonnegative().default(0),
  reason: z.string().optional(),
  not_before: instantSchema.optional(),
});
export type MayorRecord = z.infer<typeof mayorSchema>;

export const townRecordSchema = z.looseObject({
  max_polecats: z.int().nonnegative().default(8),
  driver: driverSpecSchema.optional(),
  isolation: isolationSchema.optional(),
  /** What every agent is told besides its work, in the owner's words. */
  directives: z.string().optional(),
  /** The defaults when absent. */
  escalation: escalationSettingsSchema.optional(),
  /** Groups, channels and queues of the mail. */
  mail: mailListsSchema.optional(),
  /** Nothing new starts. `all` holds merges back too; `dispatch` only new work. */
  paused: z
    .looseObject({
      at: instantSchema,
      by: z.string(),
      reason: z.string(),
      scope: z.enum(["all", "dispatch"]),
      /** Absent in records of before there were several. */
      kind: z.enum(["pause", "drain", "breaker"]).optional(),
      /** Of a drain: when the last run had ended. */
      drained_at: instantSchema.optional(),
    })
    .optional(),
  /** What models cost, by their name or that of an agent CLI. */
  prices: z.record(z.string(), priceSchema).optional(),
  /** Thresholds of the patrol, for rigs that have none of their own. */
  patrol: patrolSettingsSchema.optional(),
  /** The mayor as an agent of the town. */
  mayor: mayorSchema.optional(),
  /** Everything stands still: every agent is frozen, and nothing starts. */
  estop: stillSchema.optional(),
  /** Beads that hold a budget: of the town itself, rigs, convoys and work. */
  budgeted: z.array(z.string()).optional(),
  /** Time zone in which days begin; UTC when absent. */
  budget_zone: z.string().optional(),
  /** Agents that were frozen one by one. */
  frozen: z.record(z.string(), stillSchema).optional(),
});
export type TownRecord = z.infer<typeof townRecordSchema>;

/** `metadata.gate`; what it waits for is in the bead's own `await_type`, `await_id`, `timeout` and `waiters`. */
export const gateRecordSchema = z.looseObject({
  state: z.enum(["waiting", "released", "rejected", "escalated"]).default("waiting"),
  /** Since when something waits for it; its timeout counts from here. */
  since: instantSchema.optional(),
  /** Thread of the mail that asks for the answer. */
  thread: z.string().optional(),
  /** Of a question: which agent asks, about which bead, and what may be answered. */
  asked: z
    .looseObject({ by: z.string(), bead: z.string(), options: z.array(z.string()).default([]) })
    .optional(),
  answer: z.string().optional(),
  checked_at: instantSchema.optional(),
  /** How often in a row the forge could not be asked. */
  failures: z.int().nonnegative().optional(),
  reason: z.string().optional(),
});
export type GateRecord = z.infer<typeof gateRecordSchema>;

/** `metadata.message`; sender, recipient and text are the bead's own `sender`, `assignee`, `title` and `description`. */
export const messageSchema = z.looseObject({
  kind: mailKindSchema.default("notification"),
  thread: z.string().optional(),
  /** The same for all copies of one message: the id of the first. */
  message: z.string().optional(),
  reply_to: z.string().optional(),
  /** As it was addressed. */
  to: z.array(z.string()).default([]),
  cc: z.array(z.string()).default([]),
  queue: z.string().optional(),
  channel: z.string().optional(),
  claimed_by: z.string().optional(),
  read_at: instantSchema.optional(),
  delivered_at: instantSchema.optional(),
  /** Generation of the run that has it: the next one gets it again. */
  generation: z.int().optional(),
  acknowledged_at: instantSchema.optional(),
  expires_at: instantSchema.optional(),
});
export type Message = z.infer<typeof messageSchema>;

export const ESCALATION_CATEGORIES = [
  "decision",
  "help",
  "blocked",
  "failed",
  "emergency",
  "gate_timeout",
  "lifecycle",
  "stuck",
  "merge",
  "budget",
  "breaker",
  "mail",
] as const;
export type EscalationCategory = (typeof ESCALATION_CATEGORIES)[number];
/** `metadata.escalation` */
export const escalationSchema = z.looseObject({
  severity: severitySchema,
  category: z.enum(ESCALATION_CATEGORIES),
  /** What it is about: a bead, an agent, a rig. */
  source: z.string(),
  raised_by: z.string(),
  original_severity: severitySchema.optional(),
  acknowledged_at: instantSchema.optional(),
  acknowledged_by: z.string().optional(),
  resolved_at: instantSchema.optional(),
  resolved_by: z.string().optional(),
  /** How often it was raised while it stood, the first time included, and when last. */
  raised: z.int().positive().default(1),
  raised_at: instantSchema.optional(),
  reescalations: z.int().nonnegative().default(0),
  /** Of each raising, by which ways people were told, or were not. */
  notifications: z.array(notificationSchema).default([]),
  /** When it is raised to the next severity unless somebody acknowledges it before. */
  next_at: instantSchema.optional(),
});
export type Escalation = z.infer<typeof escalationSchema>;

/** `metadata.molecule`: an instance of a formula; its steps are its children. */
export const moleculeSchema = z.looseObject({
  formula: z.string(),
  vars: z.record(z.string(), z.string()).default({}),
  /** The bead that it is the way of working on. */
  source: z.string().optional(),
  /** Step that is worked on now. */
  current: z.string().optional(),
  /** True when the formula lets an agent submit before the last step (`gt done --force`). */
  early_done: z.boolean().default(false),
});
export type Molecule = z.infer<typeof moleculeSchema>;

/** Metadata key -> schema. These keys are written by the town alone. */
export const SATELLITES = {
  work: workSchema,
  merge_request: mergeRequestSchema,
  convoy: convoySchema,
  agent: agentIdentitySchema,
  rig: rigRecordSchema,
  town: townRecordSchema,
  gate: gateRecordSchema,
  message: messageSchema,
  escalation: escalationSchema,
  molecule: moleculeSchema,
  budget: budgetSchema,
  usage_day: usageDaySchema,
  triage: triageSchema,
  patrol: patrolRecordSchema,
} as const;
export type SatelliteKey = keyof typeof SATELLITES;
/** What lies under a metadata key. */
export type Satellite<K extends SatelliteKey> = z.infer<(typeof SATELLITES)[K]>;

/** The typed metadata under `key`; undefined when there is none, or when it is not what it should be. */
export function readSatellite<K extends SatelliteKey>(bead: Bead, key: K): Satellite<K> | undefined {
  const value = bead.metadata?.[key];
  if (value === undefined || value === null) return undefined;
  const parsed = SATELLITES[key].safeParse(value);
  // SAFETY: the schema is the one that the key stands for.
  return parsed.success ? (parsed.data as Satellite<K>) : undefined;
}

/** As {@link readSatellite}. @throws {AppError} corrupt, naming the bead and what is wrong with it */
export function requireSatellite<K extends SatelliteKey>(bead: Bead, key: K): Satellite<K> {
  const parsed = SATELLITES[key].safeParse(bead.metadata?.[key]);
  // SAFETY: the schema is the one that the key stands for.
  if (parsed.success) return parsed.data as Satellite<K>;
  const [issue] = parsed.error.issues;
  throw new AppError(
    "corrupt",
    `metadata.${key} of ${bead.id} cannot be read: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim(),
    { hint: `Look at it with \`bd show ${bead.id} --json\` and restore it from the history of the branch.` },
  );
}
