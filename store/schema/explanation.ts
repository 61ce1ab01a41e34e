/** Why a thing is where it is, what comes next and when, and whose move it is: the answer of `gt explain <id>`. */
import { z } from "zod";

export const explanationSchema = z.object({
  id: z.string(),
  /** What it is: bead, agent, merge request, convoy, message, escalation, molecule, gate, rig, town. */
  kind: z.string(),
  title: z.string(),
  state: z.string(),
  /** Since when, as far as it is known. */
  since: z.string().optional(),
  /** Who takes the next step: by role, and by name where there is one. */
  owner: z.object({
    who: z.enum(["town", "person", "agent", "refinery", "nobody"]),
    name: z.string().optional(),
  }),
  /** Each a fact with the rule by which it matters. */
  why: z.array(z.object({ text: z.string(), rule: z.string().optional() })),
  /** What happens by itself, or when somebody does something; `at` where the moment is known. */
  next: z.array(z.object({ text: z.string(), at: z.string().optional() })),
  /** Commands that change it. */
  hints: z.array(z.string()),
});
export type Explanation = z.infer<typeof explanationSchema>;

/** What the town as a whole would do now, and what it waits for. */
export const townPlanSchema = z.object({
  actions: z.array(z.looseObject({ rule: z.string(), reason: z.string() })),
  errors: z.array(z.looseObject({ rule: z.string(), message: z.string() })),
  /** Slung work that is not under way, and what keeps it. */
  waiting: z
    .array(z.object({ bead: z.string(), title: z.string(), text: z.string(), at: z.string().optional() }))
    .default([]),
});
export type TownPlan = z.infer<typeof townPlanSchema>;
