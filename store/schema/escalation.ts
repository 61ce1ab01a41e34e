/** How escalations leave the town: routes, settings, and what is known of each notification. */
import { z } from "zod";

/** From the least to the most pressing. */
export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export const severitySchema = z.enum(SEVERITIES);
export type Severity = z.infer<typeof severitySchema>;

/** `mail` goes to the mayor's inbox in the town; the others leave it. The bead itself and the attention list always have it. */
export const ROUTES = ["mail", "webhook", "email", "desktop"] as const;
export const routeSchema = z.enum(ROUTES);
export type NotifyRoute = z.infer<typeof routeSchema>;

/** One notification of one raising. */
export const notificationSchema = z.looseObject({
  route: routeSchema,
  /** 0 for the first raising, then the number of the re-escalation. */
  level: z.int().nonnegative(),
  state: z.enum(["due", "sending", "sent", "skipped", "failed"]),
  tries: z.int().nonnegative().default(0),
  /** Of `due` and `sending`: when it is tried (again). Of the others: when that was. */
  at: z.iso.datetime(),
  /** Why it was skipped, or failed last. */
  reason: z.string().optional(),
});
export type Notification = z.infer<typeof notificationSchema>;

const routes = z.array(routeSchema).max(ROUTES.length);

/** Part of the town's settings. */
export const escalationSettingsSchema = z.looseObject({
  routes: z
    .looseObject({
      low: routes.default([]),
      medium: routes.default(["mail"]),
      high: routes.default(["mail", "webhook", "email", "desktop"]),
      critical: routes.default(["mail", "webhook", "email", "desktop"]),
    })
    .prefault({}),
  /** An escalation that nobody acknowledges goes up after so long, then after twice as long, and so on. */
  reescalate_after_s: z
    .int()
    .min(60)
    .default(4 * 3_600),
  max_reescalations: z.int().min(0).max(20).default(3),
  /** So many failed attempts of one agent within the window are escalated; one bead alone fails before. 0: never. */
  agent_failures: z.int().min(0).max(100).default(6),
  agent_failures_window_s: z
    .int()
    .min(60)
    .default(30 * 60),
});
export type EscalationSettings = z.infer<typeof escalationSettingsSchema>;

/** What to change. No defaults here: a default in a patch would reset what it does not name. */
export const escalationSettingsPatchSchema = z.strictObject({
  routes: z
    .strictObject({
      low: routes.optional(),
      medium: routes.optional(),
      high: routes.optional(),
      critical: routes.optional(),
    })
    .optional(),
  reescalate_after_s: z
    .int()
    .min(60)
    .max(30 * 86_400)
    .optional(),
  max_reescalations: z.int().min(0).max(20).optional(),
  agent_failures: z.int().min(0).max(100).optional(),
  agent_failures_window_s: z.int().min(60).max(86_400).optional(),
});
export type EscalationSettingsPatch = z.infer<typeof escalationSettingsPatchSchema>;
