/**
 * Telling people outside of the board. What is due stands on the bead, so that it survives a crash and a failure is on
 * record; the host's port does the telling, and its answer is written down.
 */
import { z } from "zod";
import type { Bead } from "../../../store/schema/bead.ts";
import type { EscalationSettings, Notification, NotifyRoute } from "../../../store/schema/escalation.ts";
import { escalationSettingsSchema } from "../../../store/schema/escalation.ts";
import { redact } from "../../../store/schema/redact.ts";
import { type Escalation, readSatellite } from "../../../store/schema/satellite.ts";
import { backoff } from "../../kernel/clock.ts";
import { notifyAnswerSchema } from "../../ports.ts";
import { MAX_NOTIFY_TRIES, NOTIFY_BACKOFF_MAX_MS, NOTIFY_BACKOFF_MS, NOTIFY_DEADLINE_MS } from "../limits.ts";
import { MAYOR } from "../mail/addresses.ts";
import { dropMailAbout, sendMail } from "../mail/send.ts";
import type { TownTurn } from "../town-turn.ts";

const MAX_REASON_CHARS = 300;

/** How escalations are routed here. */
export function escalationSettings(ctx: TownTurn): EscalationSettings {
  return ctx.settings.escalation ?? escalationSettingsSchema.parse({});
}

/** What is due when an escalation is raised, or raised again, with this severity. Mail inside the town is sent at once. */
export function dueNotifications(ctx: TownTurn, { severity, reescalations }: Escalation): Notification[] {
  const routes: readonly NotifyRoute[] = escalationSettings(ctx).routes[severity];
  return routes.map(route => ({
    route,
    level: reescalations,
    state: route === "mail" ? "sent" : "due",
    tries: 0,
    at: ctx.nowText,
  }));
}

/** Mail to the mayor about an escalation that was raised, or raised again, when that is one of its ways. */
export function mailMayor(ctx: TownTurn, id: string): void {
  const bead = ctx.tx.require(id);
  const escalation = readSatellite(bead, "escalation");
  if (escalation === undefined || !escalationSettings(ctx).routes[escalation.severity].includes("mail"))
    return;
  const { severity, source, category } = escalation;
  dropMailAbout(ctx, id, "it was raised again");
  sendMail(ctx, {
    from: "town",
    to: [MAYOR],
    kind: "escalation",
    about: id,
    subject: `[${severity}] ${bead.title}`.slice(0, 300),
    body: [
      ...(bead.description ? [bead.description, ""] : []),
      `Escalation ${id}: ${category}, about ${source}. Take it in hand with: gt escalation ack ${id}`,
    ].join("\n"),
  });
}

/** True when it is to be sent now: due, or under way without an answer for too long. */
export function isDue({ state, at }: Notification, now: number): boolean {
  return (state === "due" || state === "sending") && Date.parse(at) <= now;
}

/** Hands one notification to the host. */
export function sendNotification(ctx: TownTurn, bead: Bead, route: NotifyRoute, level: number): void {
  const escalation = readSatellite(bead, "escalation");
  const entry = escalation?.notifications.find(one => one.route === route && one.level === level);
  if (escalation === undefined || entry === undefined || !isDue(entry, ctx.now)) return;
  // As often as one that fails: a way that never answers is not tried for ever.
  if (entry.tries >= MAX_NOTIFY_TRIES) {
    giveUp(ctx, bead, escalation, { ...entry, reason: entry.reason ?? "nothing was heard of it" });
    return;
  }
  const at = new Date(ctx.now + NOTIFY_DEADLINE_MS).toISOString();
  put(ctx, bead, escalation, { ...entry, state: "sending", tries: entry.tries + 1, at });
  // One receiver for each way: a webhook that hangs must not keep the others waiting.
  ctx.turn.send(
    { kind: "notify", name: `${ctx.town}/${route}` },
    "send",
    {
      key: `${bead.id}/${level}`,
      town: ctx.town,
      id: bead.id,
      severity: escalation.severity,
      category: escalation.category,
      source: escalation.source,
      title: redact(bead.title),
      text: redact(bead.description ?? ""),
      level,
      raised_at: escalation.raised_at ?? bead.created_at,
    },
    { onReply: "notifyReply", context: { bead: bead.id, route, level } },
  );
}

const context = z.object({
  bead: z.string(),
  route: z.enum(["webhook", "email", "desktop", "mail"]),
  level: z.int(),
});

const by = z.literal("town").default("town");

/** Answer of the host's port to a notification. */
export const notifyReplySchema = z.discriminatedUnion("ok", [
  z.object({ by, ok: z.literal(true), value: notifyAnswerSchema, context }),
  z.object({ by, ok: z.literal(false), error: z.looseObject({ message: z.string() }), context }),
]);

/** Writes down what became of a notification; what failed is tried again later, and not for ever. */
export function notified(ctx: TownTurn, reply: z.infer<typeof notifyReplySchema>): void {
  const { bead: id, route, level } = reply.context;
  const bead = ctx.tx.get(id);
  const escalation = bead && readSatellite(bead, "escalation");
  const entry = escalation?.notifications.find(one => one.route === route && one.level === level);
  if (bead === undefined || escalation === undefined || entry?.state !== "sending") return;
  const { reason: _before, ...rest } = entry;
  if (reply.ok && reply.value.outcome !== "failed") {
    const { outcome, reason } = reply.value;
    const why = reason === undefined ? {} : { reason: clip(reason) };
    put(ctx, bead, escalation, { ...rest, ...why, state: outcome, at: ctx.nowText });
    return;
  }
  const reason = clip(reply.ok ? (reply.value.reason ?? "it failed") : reply.error.message);
  if (entry.tries >= MAX_NOTIFY_TRIES) {
    giveUp(ctx, bead, escalation, { ...rest, reason });
    return;
  }
  const wait = backoff(entry.tries, NOTIFY_BACKOFF_MS, NOTIFY_BACKOFF_MAX_MS, ctx.turn.random());
  const at = new Date(ctx.now + wait).toISOString();
  put(ctx, bead, escalation, { ...rest, reason, state: "due", at });
}

function giveUp(ctx: TownTurn, bead: Bead, escalation: Escalation, entry: Notification): void {
  put(ctx, bead, escalation, { ...entry, state: "failed", at: ctx.nowText });
  ctx.say("escalation.not_told", `${bead.id} could not be told by ${entry.route}: ${entry.reason}`, {
    bead: bead.id,
    level: "error",
  });
}

function put(ctx: TownTurn, bead: Bead, escalation: Escalation, entry: Notification): void {
  const notifications = escalation.notifications.map(one =>
    one.route === entry.route && one.level === entry.level ? entry : one,
  );
  ctx.update(bead.id, { metadata: { escalation: { ...escalation, notifications } } });
}

function clip(reason: string): string {
  return redact(reason).slice(0, MAX_REASON_CHARS);
}
