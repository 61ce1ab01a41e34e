/** What a town tells of the past of beads, and what an undo did. */
import { z } from "zod";
import { beadSchema } from "./bead.ts";

/** A state of a bead; `bead` is absent when the commit deleted it. */
export const beadVersionSchema = z.object({
  commit: z.string(),
  author: z.string(),
  at: z.string(),
  subject: z.string(),
  bead: beadSchema.optional(),
  events: z.array(z.record(z.string(), z.unknown())),
});

/** The states of a bead, newest first. */
export const beadHistorySchema = z.object({
  id: z.string(),
  rig: z.string().optional(),
  versions: z.array(beadVersionSchema),
});

/** A bead as it was; absent when there was none then. */
export const beadAsOfSchema = z.object({ bead: beadSchema.optional() });

/** What an undo would take back. */
export const undoPlanSchema = z.object({
  commit: z.string(),
  subject: z.string(),
  changes: z.array(z.object({ id: z.string(), fields: z.array(z.string()) })),
});
export type UndoPlan = z.infer<typeof undoPlanSchema>;

/** What it took back, and what was changed again since and was left alone. */
export const undoReportSchema = z.object({
  reverted: z.array(z.string()),
  settings: z.array(z.string()),
  conflicts: z.array(z.object({ id: z.string(), fields: z.array(z.string()) })),
});
export type UndoReport = z.infer<typeof undoReportSchema>;
