/** What work may use, and what it has used: tokens, money, time, attempts. Beads, views and requests share these shapes. */
import { z } from "zod";

const whole = z.int().nonnegative().default(0);

/** What was used. Tokens and money as far as the agent's CLI tells; wall time without what was frozen. */
export const usageSchema = z.object({
  input_tokens: whole,
  output_tokens: whole,
  usd: z.number().nonnegative().default(0),
  wall_s: z.number().nonnegative().default(0),
  attempts: whole,
});
export type Usage = z.infer<typeof usageSchema>;

/** What may be used; absent is without a limit. Tokens are those of input and output together. */
export const limitsSchema = z.strictObject({
  tokens: z.int().positive().optional(),
  usd: z.number().positive().optional(),
  wall_s: z.int().positive().optional(),
  attempts: z.int().positive().optional(),
});
export type Limits = z.infer<typeof limitsSchema>;
export const LIMIT_KINDS = ["tokens", "usd", "wall_s", "attempts"] as const;
export type LimitKind = (typeof LIMIT_KINDS)[number];

/** `metadata.budget` of a bead, a convoy, a rig's bead, or the town's. */
export const budgetSchema = z.looseObject({
  /** For its whole life. */
  total: limitsSchema.optional(),
  /** For each day; of rigs and the town only. */
  day: limitsSchema.optional(),
  /** Fraction of a limit from which on it is warned of. */
  warn_at: z.number().gt(0).max(1).default(0.8),
  /** What was said already, `<period>/<kind>/<warn or over>`: it is said once. */
  said: z.array(z.string()).default([]),
});
export type Budget = z.infer<typeof budgetSchema>;

const bookingSchema = z.looseObject({
  bead: z.string(),
  rig: z.string(),
  agent: z.string(),
  /** Used on this day. */
  used: usageSchema,
  /** Used by the attempt in all, up to its last booking: what comes again adds nothing. */
  upto: usageSchema,
});
/** `metadata.usage_day`: what was used on one day, in the town's time zone. */
export const usageDaySchema = z.looseObject({
  /** `2026-01-31` */
  day: z.string(),
  /** Attempt, `<job>#<attempt>`, -> what it used. */
  bookings: z.record(z.string(), bookingSchema).default({}),
  /** Rig -> what ended attempts used that are no longer kept one by one. */
  folded: z.record(z.string(), usageSchema).default({}),
  /** Rig -> what was used on all days before. */
  before: z.record(z.string(), usageSchema).default({}),
});
export type UsageDay = z.infer<typeof usageDaySchema>;

/** One limit, with what was used of it. */
export const meterSchema = z.object({
  period: z.enum(["total", "day"]),
  kind: z.enum(LIMIT_KINDS),
  used: z.number(),
  limit: z.number(),
});
export type Meter = z.infer<typeof meterSchema>;

export const budgetViewSchema = z.object({
  /** Bead, convoy, rig, or `town`. */
  id: z.string(),
  scope: z.enum(["bead", "convoy", "rig", "town"]),
  warn_at: z.number(),
  meters: z.array(meterSchema),
  state: z.enum(["ok", "warned", "over"]),
  /** Of a budget by day: when the next day begins. */
  resets_at: z.string().optional(),
});
export type BudgetView = z.infer<typeof budgetViewSchema>;

export const USAGE_GROUPS = ["bead", "agent", "rig", "day"] as const;
export const usageLineSchema = z.object({ key: z.string(), usage: usageSchema });
export const usageReportSchema = z.object({
  by: z.enum(USAGE_GROUPS),
  from: z.string(),
  to: z.string(),
  zone: z.string(),
  lines: z.array(usageLineSchema),
  total: usageSchema,
});
export type UsageReport = z.infer<typeof usageReportSchema>;

/** What a request may say of a budget; `null` takes a limit away. */
export const budgetPatchSchema = z.strictObject({
  total: z
    .strictObject({
      tokens: z.int().positive().nullable().optional(),
      usd: z.number().positive().nullable().optional(),
      wall_s: z.int().positive().nullable().optional(),
      attempts: z.int().positive().nullable().optional(),
    })
    .optional(),
  day: z
    .strictObject({
      tokens: z.int().positive().nullable().optional(),
      usd: z.number().positive().nullable().optional(),
      wall_s: z.int().positive().nullable().optional(),
      attempts: z.int().positive().nullable().optional(),
    })
    .optional(),
  warn_at: z.number().gt(0).max(1).optional(),
  /** Time zone in which the town's days begin, e.g. `Europe/Berlin`; of the town only. */
  zone: z.string().min(1).max(64).optional(),
});
export type BudgetPatch = z.infer<typeof budgetPatchSchema>;

/** What a model costs, in USD per million tokens: for programs that tell tokens and no money. */
export const priceSchema = z.strictObject({
  input: z.number().nonnegative().max(100_000),
  output: z.number().nonnegative().max(100_000),
});
export type Price = z.infer<typeof priceSchema>;
/** By the name of a model, or of an agent CLI for all of its models. */
export const priceNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}$/, "the name of a model or of an agent CLI");
