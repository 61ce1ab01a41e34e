/** What may be asked of a town about mail. Everybody sends as himself; an agent reads its own. */
import { z } from "zod";
import { AppError } from "../../../store/schema/errors.ts";
import {
  claimMailSchema,
  mailIdsSchema,
  mailListsSchema,
  mailNameSchema,
  replyMailSchema,
  sendMailSchema,
  setMailListSchema,
} from "../../../store/schema/mail.ts";
import { by, read, type TownCalls, write } from "../calls/table.ts";
import { peopleOnly } from "../calls/who.ts";
import type { TownTurn } from "../town-turn.ts";
import { inboxOf, mailLists, resolveAddresses } from "./addresses.ts";
import {
  acknowledgeMessage,
  channelMail,
  claim,
  inbox,
  markRead,
  messageView,
  ownMessage,
  release,
  reply,
  thread,
} from "./read.ts";
import { sendMail } from "./send.ts";

const id = z.string().min(1).max(200);

export const mailCalls = {
  /** -> SentMail. Errors: not_found, overloaded, invalid_argument, too_large */
  sendMail: write(sendMailSchema.extend({ by }), (ctx, { by: asked, ttl_s, ...mail }) =>
    sendMail(ctx, { ...mail, from: inboxOf(asked), ttlS: ttl_s }),
  ),
  /** -> MessageView[], newest first. Errors: forbidden for another's inbox */
  inbox: read(
    z.strictObject({
      by,
      of: z.string().min(1).max(200).optional(),
      all: z.boolean().default(false),
      limit: z.int().min(1).max(1_000).default(200),
    }),
    (ctx, args) => inbox(ctx, args),
  ),
  /** -> MessageView. It is read with that. Errors: not_found, forbidden */
  readMail: write(z.strictObject({ by, id }), async (ctx, args) =>
    messageView(markRead(ctx, args.by, await ownMessage(ctx, args.by, args.id))),
  ),
  /** -> SentMail. The message answered is done with */
  replyMail: write(replyMailSchema.extend({ by, id }), async (ctx, args) =>
    reply(ctx, args.by, await ownMessage(ctx, args.by, args.id), args.body, args.all),
  ),
  /** -> MessageView[], oldest first */
  mailThread: read(z.strictObject({ by, id }), async (ctx, args) =>
    thread(ctx, args.by, await ownMessage(ctx, args.by, args.id)),
  ),
  /** -> MessageView[]. Errors: not_found, forbidden, invalid_transition */
  acknowledgeMail: write(mailIdsSchema.extend({ by }), (ctx, args) => each(ctx, args, "acknowledged")),
  /** -> MessageView[]: out of the inbox, answered or not */
  archiveMail: write(mailIdsSchema.extend({ by }), (ctx, args) => each(ctx, args, "archived")),
  /** -> MessageView. Errors: not_found, already_claimed, forbidden */
  claimMail: write(claimMailSchema.extend({ by }), async (ctx, { by: asked, ...what }) =>
    messageView(await claim(ctx, asked, what)),
  ),
  /** -> MessageView: back in its queue */
  releaseMail: write(z.strictObject({ by, id }), async (ctx, args) =>
    messageView(release(ctx, args.by, await ownMessage(ctx, args.by, args.id))),
  ),
  /** -> MessageView[]: what a channel keeps, newest first. Errors: not_found */
  channelMail: read(z.strictObject({ by, channel: mailNameSchema }), (ctx, args) =>
    channelMail(ctx, args.channel),
  ),
  /** -> MailLists */
  mailLists: read(z.strictObject({ by }), ctx => mailLists(ctx)),
  /** -> MailLists after the change. Errors: not_found (an address), forbidden for an agent, already_exists */
  setMailList: write(
    z.intersection(z.object({ by }), setMailListSchemaWithBy()),
    (ctx, { by: asked, ...change }) => {
      peopleOnly(asked, "change groups, channels and queues");
      return setList(ctx, setMailListSchema.parse(change));
    },
  ),
  /** -> MailLists. The caller gets what is posted to a channel, or no longer. Errors: not_found */
  subscribe: write(z.strictObject({ by, channel: mailNameSchema, on: z.boolean() }), (ctx, args) => {
    const lists = mailLists(ctx);
    const channel = lists.channels[args.channel];
    if (channel === undefined) {
      throw new AppError("not_found", `There is no channel ${args.channel}.`, {
        hint: "`gt mail channels` lists them.",
      });
    }
    const own = inboxOf(args.by);
    const others = channel.subscribers.filter(address => address !== own);
    const next = { ...channel, subscribers: args.on ? [...others, own] : others };
    return save(ctx, { ...lists, channels: { ...lists.channels, [args.channel]: next } });
  }),
} satisfies TownCalls;

/** A loose form: the strict one is applied without `by`. */
function setMailListSchemaWithBy() {
  return z.looseObject({ list: z.string(), name: z.string() });
}

type Change = z.infer<typeof setMailListSchema>;

function setList(ctx: TownTurn, { list, name, value }: Change) {
  const lists = mailLists(ctx);
  const kinds = ["groups", "channels", "queues"] as const;
  const taken = kinds.find(kind => kind !== list && Object.hasOwn(lists[kind], name));
  if (value !== null && taken !== undefined) {
    throw new AppError("already_exists", `${name} is one of the ${taken} already.`, {
      hint: "Choose another name.",
    });
  }
  const { [name]: _old, ...others } = lists[list];
  const next = mailListsSchema.parse({
    ...lists,
    [list]: value === null ? others : { ...others, [name]: value },
  });
  const addresses =
    value === null
      ? []
      : "members" in value
        ? value.members
        : "workers" in value
          ? value.workers
          : value.subscribers;
  const saved = save(ctx, next);
  // An address that means nobody is refused, and nothing of this turn stays.
  resolveAddresses(ctx, "", addresses);
  return saved;
}

function save(ctx: TownTurn, lists: z.infer<typeof mailListsSchema>) {
  ctx.setSettings({ mail: lists });
  return lists;
}

async function each(ctx: TownTurn, { by: asked, ids }: { by: string; ids: readonly string[] }, how: string) {
  const done = [];
  for (const one of ids) {
    done.push(messageView(acknowledgeMessage(ctx, asked, await ownMessage(ctx, asked, one), how)));
  }
  return done;
}
