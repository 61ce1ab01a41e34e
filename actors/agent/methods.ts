/** What may be asked of an agent actor: kind `agent`, name `<town>/<rig>/<name>`. */
import { z } from "zod";
import { evidenceSchema } from "../../agent-sandbox/protocol/control.ts";
import { sandboxEventSchema } from "../../agent-sandbox/protocol/events.ts";
import { jobSchema } from "../../agent-sandbox/protocol/spec.ts";
import { agentRoleSchema, driverSpecSchema, isolationSchema } from "../../store/schema/agent.ts";
import { nudgeSchema } from "../../store/schema/nudge.ts";

const by = z.string().min(1).max(200);

/** A job for an agent, with everything that its sandbox needs to know but where it lies. */
export const assignmentSchema = z.strictObject({
  role: agentRoleSchema,
  /** Includes the fencing number: `job.attempt`. */
  job: jobSchema,
  driver: driverSpecSchema,
  isolation: isolationSchema,
  isolation_waived: z.boolean(),
  allow_hosts: z.array(z.string()),
});
export type Assignment = z.infer<typeof assignmentSchema>;

/** Id by which the town knows the job: the bead's, or the merge request's; of a session that of the agent's own bead. */
export function jobId(job: Assignment["job"]): string {
  return job.kind === "merge" ? job.merge_request : job.bead.id;
}

export const agentMethods = {
  /** -> null. A job; the same one again changes nothing, another one ends what runs first. */
  work: z.strictObject({ by, assignment: assignmentSchema }),
  /** -> null. Ends the run of this job, if it is still the one; the town hears `released`. */
  stop: z.strictObject({ by, job: z.string(), attempt: z.int(), reason: z.string() }),
  /** -> null. Types into the terminal. Errors: unavailable when no run is live */
  input: z.strictObject({ by, text: z.string().max(65_536), enter: z.boolean() }),
  /**
   * -> null. Says again what it does, and looks after its container: after a restart of the host. The job is the one that
   * the town believes it has; when it has not, the town hears `released`.
   */
  wake: z.strictObject({ by, job: z.string().optional(), attempt: z.int().optional() }),
  /** -> null. Whatever runs for it stands still, and nothing new is started for it, until it may go on. */
  freeze: z.strictObject({ by, reason: z.string().max(500) }),
  /** -> null. It goes on where it stood; the time between does not count. */
  thaw: z.strictObject({ by }),
  /** -> AgentLogEntry[], oldest first */
  log: z.strictObject({ by, limit: z.int().min(1).max(200).default(100) }),

  /** -> null. Keeps it until it was delivered; the town hears `nudgeEnded`. The same one again changes nothing. */
  nudge: z.strictObject({ nudge: nudgeSchema }),
  /** -> NudgeRow[]: those that wait, in the order in which they came */
  nudges: z.strictObject({}),
  /** -> null. The agent has read these with its prime. */
  nudgesRead: z.strictObject({ ids: z.array(z.string()).max(100) }),

  /** From its container. */
  containerEvent: z.strictObject({
    generation: z.int().positive(),
    run_id: z.string(),
    event: sandboxEventSchema,
  }),
  /** From its container: what shows whether the run is alive and gets on. */
  containerObserved: z.strictObject({ generation: z.int().positive(), evidence: evidenceSchema }),
  /** From its container: what runs stands still now, or goes on. */
  containerFrozen: z.strictObject({ frozen: z.boolean() }),
  /** From its container: the run is over, and its process let go. */
  containerDown: z.strictObject({
    generation: z.int().positive(),
    kind: z.enum(["exited", "lost", "refused"]),
    reason: z.string(),
    error_code: z.string().optional(),
  }),
} as const;

/** One line of an agent's own log. */
export interface AgentLogEntry {
  readonly at: string;
  readonly generation: number;
  readonly type: string;
  readonly text: string;
}
