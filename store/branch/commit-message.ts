/** The commit message: a subject that a person can read, and one JSON line per event. */
import type { BeadEvent } from "../api.ts";

const SUBJECT_LENGTH = 100;
/** Longer old and new values are left out: the diff of the commit has them. */
const VALUE_LENGTH = 400;

/** Message of a commit with these events; `subjects` are those that callers gave, in order. */
export function formatMessage(subjects: readonly string[], events: readonly BeadEvent[]): string {
  const subject = subjects.length > 0 ? subjects.join("; ") : describe(events);
  return `${messageHead(subject, events.length > 0)}${eventLines(events)}`;
}

/** The lines of a message that tell these events. */
export function eventLines(events: readonly BeadEvent[]): string {
  return events.map(event => `${JSON.stringify(shorten(event))}\n`).join("");
}

/** What stands before the lines of `eventLines`. @param followed lines follow */
export function messageHead(subject: string, followed: boolean): string {
  return `${oneLine(subject)}\n${followed ? "\n" : ""}`;
}

/** The events in a commit message; lines that are none are skipped. */
export function parseEvents(message: string): BeadEvent[] {
  return [...eventsIn(message)];
}

/** As `parseEvents`, one by one: the message of an import is long. */
export function* eventsIn(message: string): Generator<BeadEvent, void> {
  for (let start = 0; start < message.length; ) {
    const found = message.indexOf("\n", start);
    const end = found < 0 ? message.length : found;
    const event = message.startsWith('{"', start) ? parseEvent(message.slice(start, end)) : undefined;
    if (event !== undefined) yield event;
    start = end + 1;
  }
}

/** What a commit did, in words. */
export function describe(events: readonly BeadEvent[]): string {
  const [first] = events;
  if (first === undefined) return "No change";
  const ids = [...new Set(events.map(event => event.id))];
  const main = events.find(event => WORTH.includes(event.type)) ?? first;
  if (ids.length === 1) return `${verb(main)} ${main.id}${title(main)}`;
  const kinds = new Set(events.map(event => event.type));
  const same = kinds.size === 1 ? verb(first) : "Change";
  return `${same} ${ids.length} beads: ${ids.slice(0, 5).join(" ")}${ids.length > 5 ? " ..." : ""}`;
}

const WORTH: readonly BeadEvent["type"][] = [
  "created",
  "closed",
  "reopened",
  "deleted",
  "claimed",
  "status_changed",
  "restored",
];

const VERBS: Readonly<Record<BeadEvent["type"], string>> = {
  created: "Create",
  updated: "Update",
  status_changed: "Set status of",
  commented: "Comment on",
  closed: "Close",
  reopened: "Reopen",
  dependency_added: "Add dependency to",
  dependency_removed: "Remove dependency from",
  label_added: "Label",
  label_removed: "Unlabel",
  claimed: "Claim",
  deleted: "Delete",
  compacted: "Compact",
  imported: "Import",
  restored: "Restore",
};

function verb(event: BeadEvent): string {
  return VERBS[event.type];
}

function title(event: BeadEvent): string {
  if (event.type === "created" && typeof event.new === "string") return `: ${event.new}`;
  if (event.type === "status_changed" && typeof event.new === "string") return ` to ${event.new}`;
  return "";
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim() || "Change";
  return line.length <= SUBJECT_LENGTH ? line : `${line.slice(0, SUBJECT_LENGTH - 3).trimEnd()}...`;
}

function shorten(event: BeadEvent): BeadEvent {
  const { old: before, new: after, ...rest } = event;
  return {
    ...rest,
    ...(isShort(before) ? { old: before } : {}),
    ...(isShort(after) ? { new: after } : {}),
  };
}

function isShort(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value).length <= VALUE_LENGTH;
}

function parseEvent(line: string): BeadEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined; // A line that a person wrote, not an event.
  }
}

function isEvent(value: unknown): value is BeadEvent {
  if (typeof value !== "object" || value === null) return false;
  if (!("id" in value) || !("type" in value) || !("actor" in value) || !("at" in value)) return false;
  return (
    typeof value.id === "string" &&
    typeof value.type === "string" &&
    value.type in VERBS &&
    typeof value.actor === "string" &&
    typeof value.at === "string"
  );
}
