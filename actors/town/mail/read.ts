/** Reading mail: inboxes, threads, and what a recipient does to a message. Each reads his own; people read any. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { MessageView, SentMail } from "../../../store/schema/mail.ts";
import { readSatellite, requireSatellite } from "../../../store/schema/satellite.ts";
import { messageMachine, messageState } from "../../states/message.ts";
import { who } from "../calls/who.ts";
import type { TownTurn } from "../town-turn.ts";
import { inboxOf, isAmong, mailLists } from "./addresses.ts";
import { openInbox, posted, queued, sendMail, threadLabel } from "./send.ts";

/** As people and agents see it. */
export function messageView(bead: Bead): MessageView {
  const message = requireSatellite(bead, "message");
  const { kind, thread, to, cc, queue, channel, claimed_by, reply_to } = message;
  const optional = {
    owner: bead.assignee,
    reason: bead.close_reason,
    delivered_at: message.delivered_at,
    read_at: message.read_at,
    acknowledged_at: message.acknowledged_at,
    expires_at: message.expires_at,
    queue,
    channel,
    claimed_by,
    reply_to,
  };
  return {
    id: bead.id,
    message: message.message ?? bead.id,
    thread: thread ?? bead.id,
    kind,
    from: bead.sender ?? bead.created_by ?? "",
    to,
    cc,
    subject: bead.title,
    body: bead.description ?? "",
    at: bead.created_at,
    state: messageState(bead),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

/** What lies in an inbox, newest first, what is over too with `all`; or unclaimed in a queue, oldest first. @throws {AppError} forbidden for another's */
export function inbox(
  ctx: TownTurn,
  { by, of, all, limit }: { by: string; of?: string | undefined; all: boolean; limit: number },
): MessageView[] {
  const mine = inboxOf(by);
  const whose = of ?? mine;
  const queue = mailLists(ctx).queues[whose];
  if (queue !== undefined) {
    if (who(by) === "agent" && !isAmong(ctx, mine, queue.workers)) throw notYours(by, whose);
    return queued(ctx, whose).slice(0, limit).map(messageView);
  }
  if (whose !== mine && who(by) === "agent") throw notYours(by, whose);
  const open = openInbox(ctx, whose).reverse();
  const over = all
    ? ctx.query({ type: ["message"], category: ["done"], assignee: whose, sort: "updated", limit })
    : [];
  return [...open, ...over].slice(0, limit).map(messageView);
}

/** A message of the caller's own. @throws {AppError} not_found, forbidden, invalid_argument */
export async function ownMessage(ctx: TownTurn, by: string, partial: string): Promise<Bead> {
  const bead = ctx.tx.require(await ctx.resolve(partial));
  if (bead.issue_type !== "message") {
    throw new AppError("invalid_argument", `${bead.id} is a ${bead.issue_type}, not a message.`, {
      hint: "`gt mail inbox` lists messages.",
    });
  }
  if (who(by) === "agent" && !mayRead(ctx, by, bead)) throw notYours(by, bead.assignee ?? bead.id);
  return bead;
}

/** Reads it, and says so on it. What asks for nothing is done with that. */
export function markRead(ctx: TownTurn, by: string, bead: Bead): Bead {
  const state = messageState(bead);
  if ((state !== "pending" && state !== "delivered") || bead.assignee !== inboxOf(by)) return bead;
  messageMachine.check(bead.id, state, "read", who(by));
  const message = { ...requireSatellite(bead, "message"), read_at: ctx.nowText };
  const read = ctx.update(bead.id, { metadata: { message } });
  return message.kind === "notification" ? acknowledgeMessage(ctx, by, read, "read") : read;
}

/** The recipient has it, and it is done with. Twice is once. @throws {AppError} forbidden for another's, invalid_transition */
export function acknowledgeMessage(ctx: TownTurn, by: string, bead: Bead, how: string): Bead {
  const state = messageState(bead);
  if (state === "acknowledged") return bead;
  if (bead.assignee !== inboxOf(by) && who(by) === "agent") throw notYours(by, bead.assignee ?? bead.id);
  messageMachine.check(bead.id, state, "acknowledged", who(by));
  const message = requireSatellite(bead, "message");
  const at = { read_at: message.read_at ?? ctx.nowText, acknowledged_at: ctx.nowText };
  ctx.update(bead.id, { metadata: { message: { ...message, ...at } } });
  return ctx.close(bead.id, `${how} by ${by}`);
}

/** Answers the sender, or all; the message answered is done with. @throws {AppError} as `sendMail` */
export function reply(ctx: TownTurn, by: string, bead: Bead, body: string, all: boolean): SentMail {
  const message = requireSatellite(bead, "message");
  const from = inboxOf(by);
  const others = all ? [...message.to, ...message.cc].filter(address => address !== from) : [];
  const sender = bead.sender ?? "";
  const to = [...new Set([sender === "town" ? "mayor" : sender, ...others])].filter(Boolean);
  const subject = /^re: /i.test(bead.title) ? bead.title : `Re: ${bead.title}`;
  const sent = sendMail(ctx, {
    from,
    to,
    subject: subject.slice(0, 300),
    body,
    kind: "reply",
    answers: bead,
  });
  if (bead.assignee === from) acknowledgeMessage(ctx, by, ctx.tx.require(bead.id), "answered");
  return sent;
}

/** The whole conversation, oldest first, each message once; an agent sees what it sent or got of it. */
export function thread(ctx: TownTurn, by: string, bead: Bead): MessageView[] {
  const id = requireSatellite(bead, "message").thread ?? bead.id;
  const found = new Map<string, MessageView>();
  for (const one of ctx.query({ type: ["message"], labels: [threadLabel(id)], sort: "oldest" })) {
    if (who(by) === "agent" && !mayRead(ctx, by, one)) continue;
    const view = messageView(one);
    if (!found.has(view.message) || view.owner === inboxOf(by)) found.set(view.message, view);
  }
  return [...found.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/**
 * Takes a message out of its queue: one claimer each, whoever asks first.
 * @throws {AppError} not_found (no such queue, or nothing in it), already_claimed (data: claimed_by), forbidden
 */
export async function claim(
  ctx: TownTurn,
  by: string,
  asked: { queue?: string | undefined; id?: string | undefined },
): Promise<Bead> {
  const bead = asked.id === undefined ? undefined : ctx.tx.require(await ctx.resolve(asked.id));
  const name = bead === undefined ? asked.queue : readSatellite(bead, "message")?.queue;
  const queue = name === undefined ? undefined : mailLists(ctx).queues[name];
  if (name === undefined || (queue === undefined && bead === undefined)) {
    throw new AppError(
      "not_found",
      name === undefined ? "Name a queue, or a message in one." : `There is no queue ${name}.`,
      {
        hint: "`gt mail queues` lists them.",
      },
    );
  }
  const from = inboxOf(by);
  if (!isAmong(ctx, from, queue?.workers ?? [])) {
    throw new AppError("forbidden", `${from} is not among those who work on the queue ${name}.`);
  }
  const next = bead ?? queued(ctx, name)[0];
  if (next === undefined) {
    throw new AppError("not_found", `Nothing waits in the queue ${name}.`, { data: { queue: name } });
  }
  if (next.assignee === from && next.status !== "closed") return next;
  if (next.assignee !== undefined || next.status === "closed") {
    const claimer = next.assignee ?? "nobody";
    throw new AppError("already_claimed", `${next.id} was claimed by ${claimer}.`, {
      data: { claimed_by: claimer },
    });
  }
  const message = { ...requireSatellite(next, "message"), claimed_by: from };
  return ctx.update(next.id, { assignee: from, metadata: { message } });
}

/** Puts a claimed message back into its queue. @throws {AppError} forbidden, invalid_argument */
export function release(ctx: TownTurn, by: string, bead: Bead): Bead {
  const {
    claimed_by,
    read_at: _read,
    delivered_at: _delivered,
    ...message
  } = requireSatellite(bead, "message");
  if (message.queue === undefined || bead.status === "closed") {
    throw new AppError("invalid_argument", `${bead.id} is not claimed from a queue.`);
  }
  if (claimed_by !== inboxOf(by) && who(by) === "agent") throw notYours(by, claimed_by ?? bead.id);
  return ctx.update(bead.id, { assignee: null, metadata: { message } });
}

/** What a channel keeps, newest first. @throws {AppError} not_found */
export function channelMail(ctx: TownTurn, name: string): MessageView[] {
  if (mailLists(ctx).channels[name] === undefined) {
    throw new AppError("not_found", `There is no channel ${name}.`, {
      hint: "`gt mail channels` lists them.",
    });
  }
  return posted(ctx, name).reverse().map(messageView);
}

/** An agent reads what it sent, what is in its inbox, what lies in a queue, and channels. */
function mayRead(ctx: TownTurn, by: string, bead: Bead): boolean {
  const own = inboxOf(by);
  if (bead.assignee === own || bead.sender === own) return true;
  if (bead.assignee !== undefined) return false;
  const message = readSatellite(bead, "message");
  if (message?.channel !== undefined) return true;
  const queue = message?.queue === undefined ? undefined : mailLists(ctx).queues[message.queue];
  return queue !== undefined && isAmong(ctx, own, queue.workers);
}

function notYours(by: string, whose: string): AppError {
  return new AppError("forbidden", `${by} may not read the mail of ${whose}.`, {
    hint: "An agent reads and acknowledges its own mail.",
  });
}
