/** Which boxes a person looks into, and what the page can tell of them without asking. Pure. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { MailLists, MessageView } from "../../../store/schema/mail.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import type { StateWords } from "../shared/state-words.ts";

export interface Box {
  readonly kind: "inbox" | "queue" | "channel";
  /** Whose inbox it is, or the name of the queue or channel; empty for one's own. */
  readonly name: string;
  readonly label: string;
}

export const OWN_BOX: Box = { kind: "inbox", name: "", label: "Inbox" };
const MAYORS: Box = { kind: "inbox", name: "mayor", label: "Mayor" };

/** One's own inbox, the mayor's, then queues and channels by name. */
export function boxesOf(lists: MailLists | undefined): readonly Box[] {
  const named = (kind: Box["kind"], names: object): Box[] =>
    Object.keys(names)
      .sort()
      .map(name => ({ kind, name, label: name }));
  return [
    OWN_BOX,
    MAYORS,
    ...named("queue", lists?.queues ?? {}),
    ...named("channel", lists?.channels ?? {}),
  ];
}

/** True for the same box. */
export function isBox(one: Box, other: Box): boolean {
  return one.kind === other.kind && one.name === other.name;
}

/** Messages of the town by what can be counted: a change of it means that lists are to be asked for anew. */
export function mailMark(beads: ReadonlyMap<string, Bead>): string {
  let count = 0;
  let latest = "";
  for (const bead of beads.values()) {
    if (bead.issue_type !== "message") continue;
    count += 1;
    if (bead.updated_at > latest) latest = bead.updated_at;
  }
  return `${count} ${latest}`;
}

/** Open messages to people and the mayor that nobody has read. */
export function unreadMail(beads: ReadonlyMap<string, Bead>): number {
  let count = 0;
  for (const bead of beads.values()) {
    if (bead.issue_type !== "message" || bead.status === "closed" || bead.assignee === undefined) continue;
    if (!bead.assignee.includes("/") && readSatellite(bead, "message")?.read_at === undefined) count += 1;
  }
  return count;
}

/** How many wait in a queue unclaimed, or unread in the mayor's inbox; of other boxes the page cannot tell. */
export function waitingIn(beads: ReadonlyMap<string, Bead>, { kind, name }: Box): number {
  if (kind === "channel" || name === "") return 0;
  let count = 0;
  for (const bead of beads.values()) {
    if (bead.issue_type !== "message" || bead.status === "closed") continue;
    const message = readSatellite(bead, "message");
    if (
      kind === "queue"
        ? bead.assignee === undefined && message?.queue === name
        : bead.assignee === name && message?.read_at === undefined
    )
      count += 1;
  }
  return count;
}

/** True while something can still be done about it. */
export function isOpen({ state }: MessageView): boolean {
  return state !== "acknowledged" && state !== "dropped";
}

/** The state of a message in words. */
export function mailState({ state, queue, owner }: MessageView): StateWords {
  if (queue !== undefined && owner === undefined && state === "pending")
    return { word: "Unclaimed", icon: "wait", tone: "warn" };
  switch (state) {
    case "pending":
      return { word: "New", icon: "mail", tone: "progress" };
    case "delivered":
      return { word: "Delivered", icon: "mail", tone: "hooked" };
    case "read":
      return { word: "Read", icon: "progress", tone: "review" };
    case "acknowledged":
      return { word: "Done", icon: "done", tone: "done" };
    case "dropped":
      return { word: "Dropped", icon: "failed", tone: "ready" };
  }
}
