/** The patrol: thresholds, findings, requests for triage, and what an agent has behind it. */
import { z } from "zod";
import { usageSchema } from "./budget.ts";
import { agentViewSchema } from "./views.ts";

export const TRIAGE_ACTIONS = ["restart", "backoff", "nudge", "unsling", "escalate", "dismiss"] as const;

const findingSchema = z.object({ kind: z.string(), tier: z.string(), text: z.string() });

export const patrolLineSchema = z.object({
  agent: z.string(),
  bead: z.string(),
  /** Minutes at its job, frozen time left out. */
  minutes: z.number(),
  /** Minutes without a sign of life at the last look; absent while it was not looked at. */
  quiet_min: z.number().optional(),
  verdict: z.string(),
  findings: z.array(findingSchema),
});
export type PatrolLine = z.infer<typeof patrolLineSchema>;

export const triageViewSchema = z.object({
  id: z.string(),
  title: z.string(),
  kind: z.string(),
  agent: z.string(),
  bead: z.string(),
  attempt: z.int(),
  evidence: z.string(),
  asked_at: z.string(),
  open: z.boolean(),
});
export type TriageView = z.infer<typeof triageViewSchema>;

/** One attempt as the agent's record has it. */
export const agentRunSchema = z.looseObject({
  bead: z.string(),
  attempt: z.int(),
  at: z.string(),
  outcome: z.string(),
  used: usageSchema,
});
export const agentFindingSchema = z.looseObject({
  at: z.string(),
  kind: z.string(),
  tier: z.string(),
  text: z.string(),
  bead: z.string(),
  attempt: z.int(),
});

export const agentHistorySchema = z.object({
  agent: agentViewSchema,
  since: z.string(),
  completed: z.array(z.object({ bead: z.string(), title: z.string(), commit: z.string(), at: z.string() })),
  runs: z.array(agentRunSchema),
  findings: z.array(agentFindingSchema),
  spent: usageSchema.optional(),
  /** Attempts that ended without a submission. */
  failures: z.int(),
});
export type AgentHistory = z.infer<typeof agentHistorySchema>;
