/**
 * Vocabulary of agents that beads, sandboxes, actors and views share: roles, isolation, drivers, gates, activity.
 * It lies here since the metadata of beads holds it; `agent-sandbox/protocol` exports it again under the same names.
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

/** What an agent seems to be doing, from the evidence that the sandbox has. */
export const agentActivitySchema = z.enum([
  "starting",
  "working",
  "waiting_for_person",
  "rate_limited",
  "idle",
  "exited",
]);
export type AgentActivity = z.infer<typeof agentActivitySchema>;
