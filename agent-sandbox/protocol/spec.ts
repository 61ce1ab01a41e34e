/**
 * What a sandbox process is told at its start: `<dir>/spec.json`, without any secret.
 * One sandbox process serves one run of one agent on one job; a restart is a new run with a higher generation.
 */
import { z } from "zod";
import { agentRoleSchema, driverSpecSchema, gateSchema, isolationSchema } from "../../store/schema/agent.ts";

export {
  type AgentRole,
  agentRoleSchema,
  type DriverSpec,
  driverSpecSchema,
  type Gate,
  type Isolation,
  isolationSchema,
} from "../../store/schema/agent.ts";

/** Gates that passed on exactly this merge result: the tree of `head` merged into `base`. */
export const verifiedSchema = z.strictObject({
  base: z.string(),
  head: z.string(),
  tree: z.string(),
  /** The gates that passed, as `gatesKey` writes them. */
  gates: z.string(),
});
export type Verified = z.infer<typeof verifiedSchema>;

/** Work on a bead in a worktree of its own. */
export const workJobSchema = z.strictObject({
  kind: z.literal("work"),
  bead: z.strictObject({ id: z.string(), title: z.string(), description: z.string().default("") }),
  /** The fencing number: attempts on this bead so far, this one included. */
  attempt: z.int().positive(),
  /** The rig's git directory (bare). */
  repo: z.string(),
  /** Where the worktree is, or is to be made. */
  worktree: z.string(),
  /** Branch to make or to continue, e.g. `polecat/toast/gt-4k2cd`. */
  branch: z.string(),
  remote: z.string().default("origin"),
  /** Branch of the remote to start from and to merge into. */
  target: z.string().default("main"),
  /** Branch from which the target is made when the remote does not have it yet. */
  target_from: z.string().optional(),
  /** Commit to go on from, of the same branch: work on what was submitted before. */
  start: z.string().optional(),
  /** True when what was submitted is judged, and nothing is submitted: the diff is added to the prompt. */
  review: z.boolean().optional(),
  /** True when nothing is pushed: the target is a branch of the rig's own repository. */
  local: z.boolean().optional(),
  prompt: z.string().default(""),
  /** The formula that the work follows: the town is asked whether its steps are done before it is submitted. */
  formula: z.string().optional(),
  /** Gates that the merge result has to pass before it is submitted; absent: they are run when it is merged. */
  verify: z
    .strictObject({
      gates: z.array(gateSchema).min(1),
      /** How often a gate that failed is run again before its failure counts. */
      flaky_retries: z.int().min(0).max(10).default(0),
    })
    .optional(),
});
export type WorkJob = z.infer<typeof workJobSchema>;

/** What is merged: a submitted commit, and the message of its merge commit. */
const mergeMemberSchema = z.strictObject({
  merge_request: z.string(),
  bead: z.strictObject({ id: z.string(), title: z.string() }),
  branch: z.string(),
  /** Commit that was submitted; the branch may have moved since. */
  head: z.string(),
  message: z.string(),
  verified: verifiedSchema.optional(),
});
export type MergeMember = z.infer<typeof mergeMemberSchema>;

/**
 * Merge submitted branches into the target, test the result, publish it. The fields of a member are those of the merge
 * request that leads; `members` are stacked on it, tested together, and halved when a gate fails.
 */
export const mergeJobSchema = mergeMemberSchema.extend({
  kind: z.literal("merge"),
  /** Fencing number: the run of the merge request that leads. */
  attempt: z.int().positive(),
  members: z.array(mergeMemberSchema).max(100).optional(),
  repo: z.string(),
  /** Folder of the detached merge worktree. */
  worktree: z.string(),
  remote: z.string().default("origin"),
  target: z.string().default("main"),
  /** Branch from which the target is made when the remote does not have it yet. */
  target_from: z.string().optional(),
  gates: z.array(gateSchema),
  /** How often a gate that failed is run again before its failure counts. */
  flaky_retries: z.int().min(0).max(10).optional(),
  /**
   * `remote` pushes with a lease; `local` moves the target branch of the rig's own repository and pushes nothing; `none`
   * tests the merge result only.
   */
  publish: z.enum(["remote", "local", "none"]).optional(),
});
export type MergeJob = z.infer<typeof mergeJobSchema>;

/** A session: an agent that is given no bead, stays until it is stopped or ends, and is spoken to. */
export const sessionJobSchema = z.strictObject({
  kind: z.literal("session"),
  /** The agent's own bead; the description is empty. */
  bead: z.strictObject({ id: z.string(), title: z.string(), description: z.string().default("") }),
  /** Fencing number: which session of the agent it is. */
  attempt: z.int().positive(),
  /** The folder that it works in; made when it is not there, and kept. */
  worktree: z.string(),
  /** Repositories (bare) that it may read and not change. */
  readable: z.array(z.string()).default([]),
  prompt: z.string(),
});
export type SessionJob = z.infer<typeof sessionJobSchema>;

export const jobSchema = z.discriminatedUnion("kind", [workJobSchema, mergeJobSchema, sessionJobSchema]);

/** Git directory that a job is about; a session has none, and its own folder stands for it. */
export function repoOf(job: z.infer<typeof jobSchema>): string {
  return job.kind === "session" ? job.worktree : job.repo;
}

export const sandboxSpecSchema = z.strictObject({
  v: z.literal(1),
  /** Unique per run; in the process's environment, so that it can be recognised. */
  run_id: z.string().min(8),
  town: z.string(),
  /** Name of the container actor. */
  container: z.string(),
  generation: z.int().positive(),
  agent: z.strictObject({ name: z.string(), role: agentRoleSchema, rig: z.string() }),
  job: jobSchema,
  driver: driverSpecSchema,
  isolation: isolationSchema,
  /** True when isolation was waived in words by the user. */
  isolation_waived: z.boolean().default(false),
  /** Hosts that the agent may reach, `example.com` or `*.example.com`. */
  allow_hosts: z.array(z.string()).default([]),
  /** Extra environment of the agent; secrets come over stdin instead. */
  env: z.record(z.string(), z.string()).default({}),
  /** Folder of this run: spec, log, events, recording. */
  dir: z.string(),
  /** Path of the control socket; short, since socket paths are limited to about 100 bytes. */
  socket: z.string(),
  /** Folder that is the agent's HOME, kept between runs of the same agent. */
  home: z.string(),
  /** Folders that the agent must not see, besides the user's home: the town's own. */
  hidden: z.array(z.string()).default([]),
  limits: z
    .strictObject({
      wall_s: z.int().positive().default(14_400),
      recording_bytes: z.int().positive().default(16_777_216),
      scrollback_lines: z.int().positive().default(2_000),
    })
    .prefault({}),
});
export type SandboxSpec = z.infer<typeof sandboxSpecSchema>;

/** Given on stdin as one JSON line, and never written down. */
export const sandboxSecretsSchema = z.strictObject({
  /** Bearer token of the agent for the gateway. */
  agent_token: z.string(),
  /** Where the gateway answers now; told again after a restart of the gateway. */
  gateway_url: z.string(),
  /** Environment variables with secrets for the agent, e.g. a model key. */
  env: z.record(z.string(), z.string()).default({}),
});
export type SandboxSecrets = z.infer<typeof sandboxSecretsSchema>;
