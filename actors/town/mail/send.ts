/** Sending mail: a copy for each inbox, one for a queue, one for a channel. Inboxes are bounded, and what falls out says so. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError, hasCode } from "../../../store/schema/errors.ts";
import type { MailKind, SentMail } from "../../../store/schema/mail.ts";
import { plainText } from "../../../store/schema/plain-text.ts";
import { type Message, readSatellite } from "../../../store/schema/satellite.ts";
import { messageMachine, messageState } from "../../states/message.ts";
import { HQ_PREFIX } from "../kinds.ts";
import {
  MAIL_FORGOTTEN_MS,
  MAIL_TTL_S,
  MAX_NOTIFICATIONS_PER_INBOX,
  MAX_PER_QUEUE,
  MAX_TASKS_PER_INBOX,
} from "../limits.ts";
import type { TownTurn } from "../town-turn.ts";
import { mailLists, resolveAddresses } from "./addresses.ts";

export interface NewMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly subject: string;
  readonly body: string;
  readonly kind: MailKind;
  readonly ttlS?: number | undefined;
  /** A bead that it is about: see {@link dropMailAbout}. */
  readonly about?: string;
  /** The message that it answers. */
  readonly answers?: Bead | undefined;
}

/** Label by which the messages of a thread are found. */
export function threadLabel(thread: string): string {
  return `thread:${thread}`;
}

/** False for an agent that is no more. */
function isKnown(ctx: TownTurn, address: string): boolean {
  try {
    return resolveAddresses(ctx, "town", [address]).inboxes.length > 0;
  } catch (error) {
    if (hasCode(error, "not_found")) return false;
    throw error;
  }
}

function aboutLabel(bead: string): string {
  return `about:${bead}`;
}

/** What a bead's mail was about is settled: nobody has to read it any more. */
export function dropMailAbout(ctx: TownTurn, id: string, reason: string): void {
  const labels = [aboutLabel(id)];
  for (const bead of ctx.query({ type: ["message"], category: ["active", "wip", "frozen"], labels })) {
    dropMessage(ctx, bead, reason);
  }
}

/** Messages in an inbox that are not over, oldest first. */
export function openInbox(ctx: TownTurn, inbox: string): Bead[] {
  return ctx.query({
    type: ["message"],
    category: ["active", "wip", "frozen"],
    assignee: inbox,
    sort: "oldest",
  });
}

/**
 * All or nothing: when one inbox or queue is full of tasks, nobody gets it, and the sender is told.
 * @throws {AppError} not_found (an address), overloaded (a full inbox or queue), invalid_argument (nobody is left)
 */
export function sendMail(ctx: TownTurn, mail: NewMail): SentMail {
  const cc = mail.cc ?? [];
  const { inboxes, queues, channels } = resolveAddresses(ctx, mail.from, [...mail.to, ...cc]);
  const lists = mailLists(ctx);
  const subscribers = channels.flatMap(name =>
    resolveAddresses(ctx, mail.from, lists.channels[name]?.subscribers ?? []).inboxes.map(inbox => ({
      inbox,
      channel: name,
    })),
  );
  const everybody = new Map<string, string | undefined>();
  for (const { inbox, channel } of subscribers) if (inbox !== mail.from) everybody.set(inbox, channel);
  for (const inbox of inboxes) everybody.set(inbox, undefined);
  if (everybody.size + queues.length + channels.length === 0) {
    throw new AppError("invalid_argument", "Nobody is left to send it to but the sender.", {
      hint: "Name somebody else, or oneself by name.",
    });
  }
  for (const inbox of everybody.keys()) makeRoom(ctx, inbox, mail.kind);
  for (const queue of queues) refuseFullQueue(ctx, queue);
  const made: Bead[] = [];
  const write = (more: Partial<Message> & { readonly assignee?: string }): void => {
    made.push(copy(ctx, mail, made[0]?.id, more));
  };
  for (const channel of channels) write({ channel });
  for (const queue of queues) write({ queue });
  for (const [assignee, channel] of everybody) {
    write({ assignee, ...(channel === undefined ? {} : { channel }) });
  }
  for (const channel of channels) trimChannel(ctx, channel);
  forget(ctx);
  const [first] = made;
  const thread = first === undefined ? "" : (readSatellite(first, "message")?.thread ?? first.id);
  return {
    message: first?.id ?? "",
    thread,
    recipients: [...channels, ...queues, ...everybody.keys()],
    ids: made.map(({ id }) => id),
  };
}

/** Closes a message that was not acknowledged; the sender of a task hears of it. */
export function dropMessage(ctx: TownTurn, bead: Bead, reason: string): void {
  const message = readSatellite(bead, "message");
  messageMachine.check(bead.id, messageState(bead), "dropped", "town");
  ctx.close(bead.id, reason);
  const from = bead.sender ?? "";
  if (message?.kind !== "task" || from === "" || from === "town") return;
  const whose = bead.assignee ?? message.queue ?? "nobody";
  if (!isKnown(ctx, from)) {
    ctx.say("mail.dropped", `${from} cannot be told that ${bead.id} to ${whose} is closed: ${reason}`, {
      level: "warn",
    });
    return;
  }
  sendMail(ctx, {
    from: "town",
    to: [from],
    subject: `Not acknowledged: ${bead.title}`.slice(0, 300),
    body: `${bead.id}, which you sent to ${whose}, is closed: ${reason}.`,
    kind: "notification",
  });
}

function copy(
  ctx: TownTurn,
  mail: NewMail,
  first: string | undefined,
  { assignee, ...more }: Partial<Message> & { readonly assignee?: string },
): Bead {
  const { from, kind, answers } = mail;
  const parent = answers && readSatellite(answers, "message");
  const seconds = mail.ttlS ?? (kind === "escalation" ? undefined : MAIL_TTL_S[kind]);
  const message: Message = {
    kind,
    to: [...mail.to],
    cc: [...(mail.cc ?? [])],
    ...(first === undefined ? {} : { message: first }),
    ...(answers === undefined ? {} : { reply_to: parent?.message ?? answers.id }),
    ...(seconds === undefined ? {} : { expires_at: new Date(ctx.now + seconds * 1_000).toISOString() }),
    ...more,
  };
  const bead = ctx.create({
    prefix: HQ_PREFIX,
    title: plainText(mail.subject).replaceAll(/\s+/g, " ").slice(0, 300) || "(no subject)",
    description: plainText(mail.body),
    issue_type: "message",
    priority: kind === "task" ? 2 : 3,
    created_by: from,
    sender: from,
    ...(assignee === undefined ? {} : { assignee }),
    metadata: { message },
  });
  const thread = parent?.thread ?? first ?? bead.id;
  ctx.tx.addLabel(bead.id, threadLabel(thread));
  if (mail.about !== undefined) ctx.tx.addLabel(bead.id, aboutLabel(mail.about));
  return ctx.update(bead.id, {
    metadata: { message: { ...message, thread, message: first ?? bead.id } },
  });
}

/** @throws {AppError} overloaded when it is full of tasks */
function makeRoom(ctx: TownTurn, inbox: string, kind: MailKind): void {
  const open = openInbox(ctx, inbox).map(bead => ({
    bead,
    task: readSatellite(bead, "message")?.kind === "task",
  }));
  const tasks = open.filter(({ task }) => task).length;
  if (kind === "task") {
    if (tasks < MAX_TASKS_PER_INBOX) return;
    throw new AppError("overloaded", `The inbox of ${inbox} is full: ${tasks} tasks wait in it.`, {
      hint: "Wait until some are acknowledged, or put it into a queue.",
      data: { inbox },
    });
  }
  const others = open.filter(({ task }) => !task);
  for (const { bead } of others.slice(0, Math.max(0, others.length - MAX_NOTIFICATIONS_PER_INBOX + 1))) {
    dropMessage(ctx, bead, "newer mail needed its place");
  }
}

/** @throws {AppError} overloaded */
function refuseFullQueue(ctx: TownTurn, queue: string): void {
  const waiting = queued(ctx, queue).length;
  if (waiting < MAX_PER_QUEUE) return;
  throw new AppError("overloaded", `The queue ${queue} is full: ${waiting} messages wait in it.`, {
    hint: "Claim some first: `gt mail claim`.",
    data: { queue },
  });
}

/** What lies in a queue, oldest first. */
export function queued(ctx: TownTurn, queue: string): Bead[] {
  return ctx
    .query({ type: ["message"], category: ["active", "wip", "frozen"], assignee: null, sort: "oldest" })
    .filter(bead => readSatellite(bead, "message")?.queue === queue);
}

/** What a channel keeps, oldest first. */
export function posted(ctx: TownTurn, channel: string): Bead[] {
  const hours = mailLists(ctx).channels[channel]?.hours ?? 0;
  const since = ctx.now - hours * 3_600_000;
  return channelBeads(ctx, channel).filter(bead => Date.parse(bead.created_at) >= since);
}

function channelBeads(ctx: TownTurn, channel: string): Bead[] {
  return ctx
    .query({ type: ["message"], category: ["active", "wip", "frozen"], assignee: null, sort: "oldest" })
    .filter(bead => readSatellite(bead, "message")?.channel === channel);
}

/** A channel keeps as many messages, and for as long, as it is set to. */
function trimChannel(ctx: TownTurn, channel: string): void {
  const { keep = 0 } = mailLists(ctx).channels[channel] ?? {};
  const all = channelBeads(ctx, channel);
  const kept = posted(ctx, channel).slice(-keep);
  for (const bead of all) {
    if (!kept.some(({ id }) => id === bead.id)) dropMessage(ctx, bead, "the channel does not keep it");
  }
}

/** Messages that have been over for long are taken off the branch: its history has them. A few at a time. */
function forget(ctx: TownTurn): void {
  const before = ctx.now - MAIL_FORGOTTEN_MS;
  for (const bead of ctx.query({ type: ["message"], category: ["done"], sort: "oldest", limit: 20 })) {
    if (Date.parse(bead.closed_at ?? bead.updated_at) < before) ctx.delete(bead.id, "read and done");
  }
}
