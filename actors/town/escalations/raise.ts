/** Raising an escalation: a bead that asks people for a decision or for help. Once per source and category while it stands. */
import type { Bead } from "../../../store/schema/bead.ts";
import { SEVERITIES, type Severity } from "../../../store/schema/escalation.ts";
import { plainText } from "../../../store/schema/plain-text.ts";
import { redact } from "../../../store/schema/redact.ts";
import {
  type Escalation,
  type EscalationCategory,
  readSatellite,
  requireSatellite,
} from "../../../store/schema/satellite.ts";
import { HQ_PREFIX } from "../kinds.ts";
import type { TownTurn } from "../town-turn.ts";
import { dueNotifications, escalationSettings, mailMayor } from "./notify.ts";

export interface NewEscalation {
  readonly severity: Severity;
  readonly category: EscalationCategory;
  /** What it is about: id of a bead, an agent `<rig>/<name>`, a rig, or `town`. */
  readonly source: string;
  /** One line. Never with secrets in it: it leaves the town by mail and webhook. */
  readonly title: string;
  readonly text: string;
  /** Who raises it; the caller of this turn when absent. */
  readonly by?: string;
}

/** Priority of the bead by severity: an escalation sorts like the work that it may hold up. */
const PRIORITY: Readonly<Record<Severity, number>> = { critical: 0, high: 1, medium: 2, low: 3 };
const MAX_TITLE_CHARS = 200;
const MAX_TEXT_CHARS = 8_000;
const MAX_NOTIFICATIONS = 40;

/** The escalation of this source and category that nobody has resolved yet. */
export function standing(ctx: TownTurn, source: string, category: EscalationCategory): Bead | undefined {
  return openEscalations(ctx).find(bead => {
    const escalation = readSatellite(bead, "escalation");
    return escalation?.source === source && escalation.category === category;
  });
}

/** Escalations that nobody has resolved yet, oldest first. */
export function openEscalations(ctx: TownTurn): Bead[] {
  return ctx.query({ type: ["escalation"], category: ["active", "wip", "frozen"], sort: "oldest" });
}

/**
 * Makes the escalation, or counts it on the one that stands already: that one takes the higher severity. A cause that
 * comes back every minute so stays one bead, and is never lost either.
 * @returns the bead as it is now
 */
export function raiseEscalation(ctx: TownTurn, input: NewEscalation): Bead {
  const known = standing(ctx, input.source, input.category);
  return known === undefined ? create(ctx, input) : again(ctx, known, input);
}

function create(
  ctx: TownTurn,
  { severity, category, source, title, text, by = ctx.by }: NewEscalation,
): Bead {
  const first: Escalation = {
    severity,
    category,
    source,
    raised_by: by,
    original_severity: severity,
    raised: 1,
    raised_at: ctx.nowText,
    reescalations: 0,
    notifications: [],
  };
  const escalation = {
    ...first,
    ...nextReescalation(ctx, first),
    notifications: dueNotifications(ctx, first),
  };
  const line = oneLine(title);
  const bead = ctx.create({
    prefix: HQ_PREFIX,
    title: line,
    description: redact(plainText(text)).slice(0, MAX_TEXT_CHARS),
    issue_type: "escalation",
    priority: PRIORITY[severity],
    created_by: by,
    metadata: { escalation },
  });
  ctx.say("escalation.raised", `${severity} escalation ${bead.id} about ${source}: ${line}`, {
    ...aboutSource(ctx, source),
    bead: bead.id,
    level: severity === "low" ? "warn" : "error",
  });
  mailMayor(ctx, bead.id);
  return bead;
}

function again(ctx: TownTurn, bead: Bead, { severity, title }: NewEscalation): Bead {
  const escalation = readSatellite(bead, "escalation");
  if (escalation === undefined || bead.created_at === ctx.nowText) return bead;
  const graver = SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(escalation.severity);
  const next = { ...escalation, raised: escalation.raised + 1 };
  if (!graver) return ctx.update(bead.id, { metadata: { escalation: next } });
  ctx.say("escalation.graver", `${bead.id} is ${severity} now: ${oneLine(title)}`, {
    ...aboutSource(ctx, escalation.source),
    bead: bead.id,
    level: "error",
  });
  const graverNow = ctx.update(bead.id, {
    title: oneLine(title),
    priority: PRIORITY[severity],
    metadata: { escalation: { ...next, severity, notifications: toldAnew(ctx, { ...next, severity }) } },
  });
  mailMayor(ctx, bead.id);
  return graverNow;
}

/** Raises an escalation that nobody acknowledged in time: the next severity, and people are told again. */
export function reescalate(ctx: TownTurn, bead: Bead): void {
  const { next_at, ...escalation } = requireSatellite(bead, "escalation");
  if (next_at === undefined || Date.parse(next_at) > ctx.now) return;
  const severity = SEVERITIES[SEVERITIES.indexOf(escalation.severity) + 1] ?? escalation.severity;
  const next: Escalation = { ...escalation, severity, reescalations: escalation.reescalations + 1 };
  ctx.say("escalation.again", `Nobody took ${bead.id} in hand: it is ${severity} now. ${bead.title}`, {
    ...aboutSource(ctx, escalation.source),
    bead: bead.id,
    level: "error",
  });
  ctx.update(bead.id, {
    priority: PRIORITY[severity],
    metadata: {
      escalation: { ...next, ...nextReescalation(ctx, next), notifications: toldAnew(ctx, next) },
    },
  });
  mailMayor(ctx, bead.id);
}

/** 4 h after the raising, 8 h after the first re-escalation, and so on as the settings say; nothing when it is at its end. */
function nextReescalation(ctx: TownTurn, { reescalations }: Escalation): { next_at?: string } {
  const { reescalate_after_s, max_reescalations } = escalationSettings(ctx);
  if (reescalations >= max_reescalations) return {};
  const wait = reescalate_after_s * 1_000 * (reescalations + 1);
  return { next_at: new Date(ctx.now + wait).toISOString() };
}

/** What is still to be said of before gives way to what is to be said now. */
function toldAnew(ctx: TownTurn, escalation: Escalation): Escalation["notifications"] {
  const due = dueNotifications(ctx, escalation);
  const before = escalation.notifications.filter(
    ({ route, level, state }) =>
      state !== "due" && !due.some(entry => entry.route === route && entry.level === level),
  );
  return [...before, ...due].slice(-MAX_NOTIFICATIONS);
}

/** Where the feed shows it besides the escalation itself. */
export function aboutSource(ctx: TownTurn, source: string): { rig?: string; agent?: string } {
  if (ctx.agents.has(source)) return { agent: source, rig: source.slice(0, source.indexOf("/")) };
  return ctx.rigs.has(source) ? { rig: source } : {};
}

function oneLine(text: string): string {
  const line = redact(plainText(text)).replaceAll(/\s+/g, " ").trim();
  return line.length > MAX_TITLE_CHARS ? `${line.slice(0, MAX_TITLE_CHARS - 1)}…` : line || "Escalation";
}
