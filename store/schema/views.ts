/**
 * What the town shows: its read models, as JSON. Every list is an array, never null.
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

export const rigSettingsSchema = z.object({
  target: z.string().default("main"),
  gates: z.array(gateSchema).default([]),
  max_polecats: z.int().min(0).max(100).default(4),
  driver: driverSpecSchema.optional(),
  isolation: isolationSchema.optional(),
  allow_hosts: z.array(z.string()).default([]),
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
  completed: z.int(),
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
  state: z.enum(["queued", "merging", "merged", "rejected"]),
  merge_commit: z.string().optional(),
  reason: z.string().optional(),
  created_at: z.iso.datetime(),
});
export type MergeRequestView = z.infer<typeof mergeRequestViewSchema>;

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

/** The whole town at one moment, with the cursor from which events go on. */
export const townViewSchema = z.object({
  name: z.string(),
  seq: z.int(),
  version: z.string(),
  started_at: z.iso.datetime(),
  paused: z.string().optional(),
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
