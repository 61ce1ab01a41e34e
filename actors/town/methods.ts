/**
 * What may be asked of a town: method name -> schema of its one argument. The shapes are those of the REST API
 * (`store/schema/requests.ts`, `store/schema/views.ts`); each carries `by`, who asks: a user's name or an agent id.
 *
 * | kind, name | method | answers |
 * | --- | --- | --- |
 * | town `<town>` | the methods of `townMethods` | see each |
 * | rig `<town>/<rig>` | `add` (`rigActorMethods`) | RigView once cloned; throws what the clone threw, nothing stays |
 *
 * More are in the tables of `calls/all.ts`. Bead ids may be given in part, as people type them. Cloning takes long, so it is waited for in an actor of its own and
 * the town goes on answering. `townUpMethods` are for the actors and the host below the town; the gateway exposes none.
 */
import { z } from "zod";
import { evidenceSchema } from "../../agent-sandbox/protocol/control.ts";
import { sandboxEventSchema } from "../../agent-sandbox/protocol/events.ts";
import {
  addRigSchema,
  closeBeadSchema,
  commentSchema,
  createBeadSchema,
  dependencyBodySchema,
  patchBeadSchema,
  rigNameSchema,
  slingSchema,
  townSettingsPatchSchema,
} from "../../store/schema/requests.ts";
import { agentViewSchema, rigSettingsPatchSchema } from "../../store/schema/views.ts";

const by = z.string().min(1).max(200);
const beadId = z.string().min(1).max(200);
/** `<rig>/<name>`, e.g. `sample/toast`. */
const agentId = z.string().regex(/^[a-z][a-z0-9_-]*\/[a-z][a-z0-9_-]*$/, "`<rig>/<name>`, e.g. sample/toast");
const limit = z.int().min(1).max(10_000);

/** Which beads to list; all conditions must hold. Absent `status` means every status. */
export const listBeadsSchema = z.strictObject({
  by,
  rig: rigNameSchema.optional(),
  status: z.array(z.string()).optional(),
  type: z.array(z.string()).optional(),
  /** Messages as well, where no type is named. */
  mail: z.boolean().default(true),
  assignee: z.string().optional(),
  labels: z.array(z.string()).optional(),
  priority: z.array(z.int().min(0).max(4)).optional(),
  parent: beadId.optional(),
  text: z.string().optional(),
  sort: z.enum(["priority", "created", "updated", "id"]).optional(),
  limit: limit.default(1_000),
  offset: z.int().nonnegative().default(0),
});

/** For the gateway and through it for people, agents and tools. */
export const townMethods = {
  /** -> TownView */
  view: z.strictObject({ by }),
  /** -> RigView. Errors: not_found, invalid_argument */
  updateRig: z.strictObject({ by, rig: rigNameSchema, settings: rigSettingsPatchSchema }),
  /** -> RigView[] */
  rigs: z.strictObject({ by }),
  /** -> town settings */
  updateSettings: townSettingsPatchSchema.extend({ by }),

  /** -> Bead; into the store of `rig`, of `prefix`, or of the town. Errors: invalid_argument, already_exists, not_found */
  createBead: createBeadSchema.extend({ by }),
  /** -> Bead. Errors: not_found, invalid_transition, invalid_argument */
  patchBead: patchBeadSchema.extend({ by, id: beadId }),
  /** -> Bead. Stops the agent that works on it. Errors: not_found, invalid_transition for the agent's own work bead */
  closeBead: closeBeadSchema.extend({ by, id: beadId }),
  /** -> Bead, open, unassigned and not slung; its failures are forgiven. Errors: not_found, invalid_transition */
  reopenBead: z.strictObject({ by, id: beadId }),
  /** -> null. Errors: not_found, invalid_transition while an agent works on it */
  deleteBead: z.strictObject({ by, id: beadId, reason: z.string().max(10_000).optional() }),
  /** -> Bead */
  comment: commentSchema.extend({ by, id: beadId }),
  /** -> Bead. Errors: not_found, dependency_cycle, invalid_argument */
  addDependency: dependencyBodySchema.extend({ by, id: beadId }),
  /** -> Bead. Errors: not_found */
  removeDependency: z.strictObject({ by, id: beadId, depends_on: beadId }),
  /** -> BeadView. Errors: not_found, ambiguous */
  bead: z.strictObject({ by, id: beadId }),
  /** -> Bead[] */
  beads: listBeadsSchema,
  /** -> Bead[]: open, unblocked, undeferred work; the most urgent first, then the oldest */
  ready: z.strictObject({ by, rig: rigNameSchema.optional(), limit: limit.default(100) }),
  /** -> {bead, blocked_by: string[]}[] */
  blocked: z.strictObject({ by, rig: rigNameSchema.optional(), limit: limit.default(100) }),

  /** -> SlingReply. Errors: not_found, invalid_argument, invalid_transition, too_large; then none is slung */
  sling: slingSchema.extend({ by }),
  /** -> {unslung: string[]}: back to open without an agent; what was done so far is kept on its branch */
  unsling: z.strictObject({ by, beads: z.array(beadId).min(1).max(100) }),
  /** -> MergeRequestView[], newest first */
  mergeRequests: z.strictObject({ by, rig: rigNameSchema.optional(), limit: limit.default(200) }),

  /** -> AgentView[] */
  agents: z.strictObject({ by, rig: rigNameSchema.optional() }),
  /** -> AgentView. Errors: not_found */
  agent: z.strictObject({ by, agent: agentId }),
  /** -> AgentView. Ends its run; its bead is open again and no longer slung. Errors: not_found */
  stopAgent: z.strictObject({ by, agent: agentId, reason: z.string().max(2_000).optional() }),
  /** -> null. Types into its terminal. Errors: not_found, unavailable when no run is live */
  agentInput: z.strictObject({
    by,
    agent: agentId,
    text: z.string().max(65_536),
    enter: z.boolean().default(true),
  }),
  /** -> AgentView. Ends its run and clears its back-off; its bead is dispatched again. Errors: not_found */
  agentReset: z.strictObject({ by, agent: agentId }),

  /** -> FeedEvent[], oldest first: those after `since`, or the newest when it is absent */
  feed: z.strictObject({
    by,
    since: z.int().nonnegative().optional(),
    limit: z.int().min(1).max(2_000).default(200),
  }),
  /** -> text: what the caller should know and do now */
  prime: z.strictObject({ by }),
  /** -> {actions: {rule, reason, action}[], errors: {rule, message}[]}: what the town would do now, and why */
  explain: z.strictObject({ by }),
  /** -> TownView. Nothing new starts until `resume`; what runs goes on */
  pause: z.strictObject({ by, reason: z.string().min(1).max(500).default("paused by a person") }),
  /** -> TownView. Also closes the breaker */
  resume: z.strictObject({ by }),
} as const;

/** What an agent is doing, as its actor knows it; the town shows it and decides nothing by it but whether it is free. */
export const agentStatusSchema = agentViewSchema.pick({
  state: true,
  activity: true,
  detail: true,
  since: true,
  isolation: true,
  reduced: true,
  driver: true,
  last_note: true,
  has_terminal: true,
  frozen: true,
  resets_at: true,
});
export type AgentStatus = z.infer<typeof agentStatusSchema>;

/** Totals of an attempt, all its runs together. */
const reportedUsageSchema = z.strictObject({
  input_tokens: z.int(),
  output_tokens: z.int(),
  cost_usd: z.number(),
});

/** How a run ended for good: the agent is free, and its process is gone. */
export const releasedSchema = z.strictObject({
  type: z.literal("released"),
  /**
   * `refused`: it could not be started. `lost`: the sandbox vanished more often than is restarted. `stopped`: as the town
   * asked. `interrupted`: its sandbox was told to end by somebody else.
   */
  outcome: z.enum(["done", "failed", "stopped", "interrupted", "lost", "refused"]),
  reason: z.string(),
  error_code: z.string().optional(),
  /** Its sandbox went down so often that it is not started again by itself. */
  given_up: z.literal(true).optional(),
  /** Last lines of the agent's output. */
  tail: z.string().default(""),
  /** Ref that keeps what was not committed. */
  wip: z.string().optional(),
  usage: z.strictObject({ input_tokens: z.int(), output_tokens: z.int(), cost_usd: z.number() }).optional(),
});
export type Released = z.infer<typeof releasedSchema>;

/** What an agent actor tells its town: its status, and what happened in the run, under the number it was given the job. */
export const agentEventSchema = z.strictObject({
  by,
  /** The agent's id, `<rig>/<name>`. */
  agent: agentId,
  /** Id of the bead or merge request that it was given, and the fencing number under which. */
  job: beadId,
  attempt: z.int().positive(),
  generation: z.int().nonnegative(),
  status: agentStatusSchema,
  /** What its sandbox shows, when the patrol had it looked at. */
  evidence: evidenceSchema.optional(),
  /** What the attempt used so far, in all. */
  usage: reportedUsageSchema.optional(),
  /** Absent when only the status changed. */
  event: z.union([sandboxEventSchema, releasedSchema]).optional(),
});
export type AgentEvent = z.infer<typeof agentEventSchema>;

/** For the host and the actors below the town. */
export const townUpMethods = {
  /** -> null. The host calls it when it has opened the town: whatever a crash left undone is taken up again. */
  wake: z.strictObject({ by }),
  /** -> null. The host: beads were changed by somebody else, e.g. by `bd` in the repository or by a sync. */
  beadsChanged: z.strictObject({ by, ids: z.array(beadId).max(10_000) }),
  /** From agent actors, in order. */
  agentEvent: agentEventSchema,
  /** From the rig actor -> RigView `adding`. Errors: already_exists, invalid_argument */
  beginRig: addRigSchema.extend({ by }),
  /** From the rig actor -> RigView `ready` */
  rigCloned: z.strictObject({
    by,
    rig: rigNameSchema,
    path: z.string(),
    default_branch: z.string(),
    head: z.string(),
  }),
  /** From the rig actor -> null. The rig is forgotten. */
  rigFailed: z.strictObject({ by, rig: rigNameSchema, reason: z.string() }),
} as const;

/** Kind `rig`, name `<town>/<rig>`. */
export const rigActorMethods = {
  /** -> RigView. Errors: already_exists, invalid_argument, remote_unreachable, not_found, git_failed, storage_full */
  add: addRigSchema.omit({ name: true }).extend({ by }),
} as const;

/** Kind `user`, name = the user's id. */
export const userMethods = {
  /** -> {towns: {name, role}[]} */
  towns: z.strictObject({}),
  /** -> null. Granting again changes the role. */
  grant: z.strictObject({ by, town: z.string().min(1).max(64), role: z.enum(["owner", "member", "viewer"]) }),
  /** -> null */
  revoke: z.strictObject({ by, town: z.string().min(1).max(64) }),
} as const;
