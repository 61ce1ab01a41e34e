/** A nudge: a few words for an agent at work, kept by its actor until the sandbox says that they were delivered. */
import { z } from "zod";

/**
 * `wait-idle`: typed when the agent is at a turn boundary. `queue`: comes with its next prompt, or with what `gt prime`
 * answers. `immediate`: typed at once, whatever the agent does; for people.
 */
export const NUDGE_MODES = ["wait-idle", "queue", "immediate"] as const;
export const nudgeModeSchema = z.enum(NUDGE_MODES);
export type NudgeMode = z.infer<typeof nudgeModeSchema>;

/** Longest text of a nudge, in characters. */
export const MAX_NUDGE_CHARS = 4_000;

export const nudgeSchema = z.strictObject({
  id: z.string().min(1).max(100),
  from: z.string().min(1).max(200),
  text: z.string().min(1).max(MAX_NUDGE_CHARS),
  mode: nudgeModeSchema,
  /** A pending nudge of the same key is replaced by a newer one. */
  key: z.string().min(1).max(200),
  at: z.iso.datetime(),
  /** It is dropped then, and the town says so. */
  expires_at: z.iso.datetime(),
});
export type Nudge = z.infer<typeof nudgeSchema>;
