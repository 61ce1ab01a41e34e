/**
 * What a sandbox process is told at its start: `<dir>/spec.json`, without any secret.
 * One sandbox process serves one run of one agent on one job; a restart is a new run with a higher generation.
 */
import { z } from "zod";

export const ISOLATIONS = ["process", "container", "none"] as const;
export const isolationSchema = z.enum(ISOLATIONS);
export type Isolation = z.infer<typeof isolationSchema>;

export const AGENT_ROLES = ["mayor", "polecat", "refinery", "witness", "crew"] as const;
export const agentRoleSchema = z.enum(AGENT_ROLES);
export type AgentRole = z.infer<typeof agentRoleSchema>;

/** A check that a rig runs on a merge result: a shell command and its time limit. */
export const gateSchema = z.strictObject({
  name: z.string().min(1).max(64),
  command: z.string().min(1).max(4096),
  timeout_s: z.int().positive().max(86_400).default(900),
});
export type Gate = z.infer<typeof gateSchema>;

/** How one talks to the agent. */
export const driverSpecSchema = z.discriminatedUnion("kind", [
  /** Runs the fenced `sh` blocks of the bead's description in the worktree, then submits. Trusted, no model. */
  z.strictObject({ kind: z.literal("script") }),
  /** Any command on a PTY; the prompt is in `GASTOWN_PROMPT_FILE`. */
  z.strictObject({ kind: z.literal("pty"), command: z.array(z.string()).min(1) }),
  /** An agent CLI run headless with its prompt, by a preset. */
  z.strictObject({
    kind: z.literal("exec"),
    preset: z.string().min(1),
    model: z.string().optional(),
    /** Replaces the preset's program, e.g. an absolute path. */
    program: z.string().optional(),
    extra_args: z.array(z.string()).default([]),
  }),
]);
export type DriverSpec = z.infer<typeof driverSpecSchema>;

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
  prompt: z.string().default(""),
});
export type WorkJob = z.infer<typeof workJobSchema>;

/** Merge a submitted branch into the target, test the result, publish it. */
export const mergeJobSchema = z.strictObject({
  kind: z.literal("merge"),
  merge_request: z.string(),
  bead: z.strictObject({ id: z.string(), title: z.string() }),
  attempt: z.int().positive(),
  repo: z.string(),
  /** Folder of the detached merge worktree. */
  worktree: z.string(),
  branch: z.string(),
  /** Commit that was submitted; the branch may have moved since. */
  head: z.string(),
  remote: z.string().default("origin"),
  target: z.string().default("main"),
  message: z.string(),
  gates: z.array(gateSchema),
});
export type MergeJob = z.infer<typeof mergeJobSchema>;

export const jobSchema = z.discriminatedUnion("kind", [workJobSchema, mergeJobSchema]);
export type Job = z.infer<typeof jobSchema>;

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
