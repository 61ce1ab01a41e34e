/** What may be asked of a container actor: kind `container`, with the name of its agent. */
import { z } from "zod";
import { nudgeSchema } from "../../store/schema/nudge.ts";
import { assignmentSchema } from "../agent/methods.ts";
import { sandboxCallbackMethods } from "../ports.ts";

export const containerMethods = {
  /** -> null. Starts a run under a new generation, once the one before is gone. Errors: stale_generation */
  start: z.strictObject({ generation: z.int().positive(), assignment: assignmentSchema }),
  /** -> null. Asks the run to end; nothing for another generation. */
  stop: z.strictObject({
    generation: z.int().positive(),
    reason: z.string(),
    grace_ms: z.int().nonnegative(),
  }),
  /** -> null. Errors: unavailable when no run is live */
  input: z.strictObject({ text: z.string().max(65_536), enter: z.boolean() }),
  /** -> null. Hands a nudge to the run of this generation; its log says what becomes of it. Errors: unavailable, stale_generation, not_supported */
  nudge: z.strictObject({ generation: z.int().positive(), nudge: nudgeSchema }),
  /** -> null. The run stands still, or goes on; a run that is only starting does so as soon as it is up. The agent is told. */
  freeze: z.strictObject({ frozen: z.boolean() }),
  /** -> ContainerInfo */
  info: z.strictObject({}),
  /**
   * -> null. Looks whether its run is still there: after a restart of the host, and now and then. The generation is the one
   * that the agent believes in; when there is no such run, the agent hears that it is lost.
   */
  wake: z.strictObject({ generation: z.int().positive().optional() }),

  /** From the host, in the order of their `seq`. Errors: stale_generation; precondition_failed for a gap */
  ...sandboxCallbackMethods,
} as const;
