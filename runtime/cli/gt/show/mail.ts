/** Mail and escalations as lines for a person. Everything that others wrote is made printable. */
import type { Bead } from "../../../../store/schema/bead.ts";
import type { Severity } from "../../../../store/schema/escalation.ts";
import type { MessageView } from "../../../../store/schema/mail.ts";
import { readSatellite } from "../../../../store/schema/satellite.ts";
import { printable, type Style } from "../../lib/style.ts";
import { ago, table } from "../../lib/table.ts";
import type { GtContext } from "../context.ts";

const line = (text: string): string => printable(text).replaceAll(/\s+/g, " ");

/** A table: id, state, kind, from, age, subject. */
export function messageTable(messages: readonly MessageView[], context: GtContext): string[] {
  const { style } = context;
  return table(
    messages.map(message => [
      { text: message.id, paint: style.bold },
      { text: message.state, paint: stateColour(message.state, style) },
      { text: message.kind, paint: style.dim },
      line(message.from),
      { text: ago(message.at, context.now()), paint: style.dim },
      line(message.subject),
    ]),
    context.io.stdout.columns,
  );
}

/** A message whole. */
export function messageLines(message: MessageView, { style }: GtContext): string[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["from", message.from],
    ["to", message.to.join(", ")],
    ["cc", message.cc.join(", ")],
    ["at", message.at],
    ["state", message.reason === undefined ? message.state : `${message.state}: ${message.reason}`],
    ["queue", message.queue],
    ["channel", message.channel],
    ["claimed", message.claimed_by],
    ["thread", message.thread === message.id ? undefined : message.thread],
  ];
  const shown = rows.filter(([, value]) => value !== undefined && value !== "");
  return [
    `${style.bold(message.id)}  ${style.bold(line(message.subject))}`,
    ...shown.map(([name, value]) => `${style.dim(name.padEnd(8))}${line(value ?? "")}`),
    ...(message.body === "" ? [] : ["", ...printable(message.body).split("\n")]),
  ];
}

/** A table: id, severity, state, source, age, title. */
export function escalationTable(beads: readonly Bead[], context: GtContext): string[] {
  const { style } = context;
  return table(
    beads.map(bead => {
      const escalation = readSatellite(bead, "escalation");
      return [
        { text: bead.id, paint: style.bold },
        { text: escalation?.severity ?? "unknown", paint: severityColour(escalation?.severity, style) },
        { text: escalationWord(bead), paint: style.dim },
        line(escalation?.source ?? ""),
        { text: ago(bead.created_at, context.now()), paint: style.dim },
        line(bead.title),
      ];
    }),
    context.io.stdout.columns,
  );
}

/** An escalation whole: who has it, how people were told, and when it goes up. */
export function escalationLines(bead: Bead, { style }: GtContext): string[] {
  const escalation = readSatellite(bead, "escalation");
  if (escalation === undefined) return [`${style.bold(bead.id)}  ${line(bead.title)}`];
  const { severity, original_severity: first, category, source, raised_by, raised } = escalation;
  const was = first === undefined || first === severity ? "" : `, ${first} at first`;
  const times = raised > 1 ? `, raised ${raised} times` : "";
  const { acknowledged_by, acknowledged_at, resolved_by, next_at } = escalation;
  return [
    `${style.bold(bead.id)}  ${severityColour(severity, style)(severity)}  ${style.bold(line(bead.title))}`,
    `${category} about ${line(source)}, by ${line(raised_by)}${was}${times}`,
    ...(acknowledged_by === undefined
      ? []
      : [`in the hands of ${line(acknowledged_by)} since ${acknowledged_at}`]),
    ...(resolved_by === undefined
      ? []
      : [`resolved by ${line(resolved_by)}: ${line(bead.close_reason ?? "")}`]),
    ...(next_at === undefined || bead.status === "closed"
      ? []
      : [`goes up at ${next_at} unless somebody acknowledges it`]),
    ...escalation.notifications.map(({ route, level, state, at, reason }) => {
      const why = reason === undefined ? "" : `: ${line(reason)}`;
      return style.dim(`${route}${level === 0 ? "" : ` (${level})`} ${state} ${at}${why}`);
    }),
    ...(bead.description === undefined ? [] : ["", ...printable(bead.description).split("\n")]),
  ];
}

function escalationWord(bead: Bead): string {
  if (bead.status === "closed") return "resolved";
  return bead.status === "in_progress" ? `with ${line(bead.assignee ?? "somebody")}` : "raised";
}

function severityColour(severity: Severity | undefined, style: Style): (text: string) => string {
  if (severity === "critical" || severity === "high") return style.red;
  return severity === "medium" ? style.yellow : style.dim;
}

function stateColour(state: MessageView["state"], style: Style): (text: string) => string {
  if (state === "pending" || state === "delivered") return style.cyan;
  return style.dim;
}
