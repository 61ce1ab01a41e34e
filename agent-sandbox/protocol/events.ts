/**
 * The durable event log of a sandbox run: `<dir>/events.jsonl`, one line each, `seq` from 1 without gaps.
 * The host reads on from the last `seq` that it has handled, also after a restart or after the sandbox's death.
 */
import { z } from "zod";
import { agentActivitySchema, isolationSchema } from "../../store/schema/agent.ts";
import { verifiedSchema } from "./spec.ts";

const base = { seq: z.int().positive(), at: z.iso.datetime() };

export { type AgentActivity, agentActivitySchema } from "../../store/schema/agent.ts";

export const sandboxEventSchema = z.discriminatedUnion("type", [
  /** The workspace is ready and the agent's process runs. */
  z.object({
    ...base,
    type: z.literal("started"),
    pid: z.int(),
    isolation: isolationSchema,
    reduced: z.string().optional(),
    base_commit: z.string().optional(),
  }),
  z.object({
    ...base,
    type: z.literal("activity"),
    activity: agentActivitySchema,
    detail: z.string().optional(),
    resets_at: z.string().optional(),
  }),
  /** Words for the feed: at most a few a minute. */
  z.object({ ...base, type: z.literal("note"), text: z.string().max(2_000) }),
  /** The branch was pushed to the remote; the work may be reviewed. Repeated with the same head it is the same submission. */
  z.object({
    ...base,
    type: z.literal("submitted"),
    bead: z.string(),
    attempt: z.int(),
    branch: z.string(),
    head: z.string(),
    base: z.string(),
    commits: z.int(),
    /** The agent asked to submit although steps of its formula are left. */
    forced: z.boolean().optional(),
    /** The gates passed on the merge result before it was submitted. */
    verified: verifiedSchema.optional(),
  }),
  /** Uncommitted or unpushed work was kept under this ref before the workspace was let go. */
  z.object({ ...base, type: z.literal("snapshot"), ref: z.string(), commit: z.string() }),
  /** The merge commit exists locally and gates start. */
  z.object({ ...base, type: z.literal("merging"), commit: z.string(), base: z.string() }),
  z.object({
    ...base,
    type: z.literal("gate"),
    name: z.string(),
    ok: z.boolean(),
    ms: z.int(),
    code: z.int().nullable(),
    timed_out: z.boolean().default(false),
    output: z.string(),
    /** Merge requests of the result that it ran on; absent for the one of the job alone. */
    merge_requests: z.array(z.string()).optional(),
    /** How often it had failed on the same result before. */
    retry: z.int().nonnegative().optional(),
  }),
  /** Written before the push, so that a crash between the two is understood. */
  z.object({ ...base, type: z.literal("publishing"), commit: z.string(), base: z.string() }),
  /** What came of one merge request of the job; each gets one, unless the run is stopped. */
  z.object({
    ...base,
    type: z.literal("merge_result"),
    /** Absent for the one that leads. */
    merge_request: z.string().optional(),
    /** True while results of others of the same job are still to come. */
    more: z.boolean().optional(),
    result: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("merged"), commit: z.string(), already: z.boolean().default(false) }),
      z.object({ kind: z.literal("conflict"), files: z.array(z.string()), output: z.string() }),
      z.object({
        kind: z.literal("gate_failed"),
        gate: z.string(),
        output: z.string(),
        timed_out: z.boolean(),
      }),
      /** The target moved between fetch and push, more often than is retried within a run. */
      z.object({ kind: z.literal("raced"), output: z.string() }),
      /** It does not go together with others of the same batch; alone it may. */
      z.object({ kind: z.literal("dropped"), reason: z.string() }),
      /** The gates passed on the merge result, and nothing was to be published. */
      z.object({ kind: z.literal("tested"), commit: z.string(), base: z.string() }),
      /** Neither the work's nor the merge's fault: remote away, disk full, branch missing. */
      z.object({ kind: z.literal("error"), code: z.string(), message: z.string() }),
    ]),
  }),
  z.object({
    ...base,
    type: z.literal("usage"),
    /** `delta`, also when absent: what came since the last one. `total`: of the run so far; a later one takes the place of an earlier. */
    scope: z.enum(["delta", "total"]).optional(),
    input_tokens: z.int().default(0),
    output_tokens: z.int().default(0),
    cost_usd: z.number().default(0),
    model: z.string().optional(),
  }),
  /** What became of a nudge: typed into the terminal, or refused for a reason that stays true for this run. */
  z.object({
    ...base,
    type: z.literal("nudge"),
    id: z.string(),
    outcome: z.enum(["delivered", "refused"]),
    how: z.enum(["typed", "prompt"]).optional(),
    reason: z.string().max(500).optional(),
  }),
  /**
   * The last event of a run. `ok` says that the job was done: submitted, or a merge result was reached. The error code
   * `cancelled` says that it was told to end, which is no failure of the agent.
   */
  z.object({
    ...base,
    type: z.literal("exited"),
    ok: z.boolean(),
    code: z.int().nullable(),
    signal: z.string().nullable(),
    reason: z.string(),
    error_code: z.string().optional(),
    tail: z.string().default(""),
  }),
]);
export type SandboxEvent = z.infer<typeof sandboxEventSchema>;
/** An event before the log gives it its number and time. */
export type NewSandboxEvent = SandboxEvent extends infer E
  ? E extends { seq: number; at: string }
    ? Omit<E, "seq" | "at">
    : never
  : never;
