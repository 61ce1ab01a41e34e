/** Mail: what one may send, and how it is shown. Shared by the actors and the REST API. */
import { z } from "zod";

/** `task` asks for something and is never dropped in silence; a `notification` may fall out of a full inbox. */
export const MAIL_KINDS = ["task", "notification", "reply", "escalation"] as const;
export const mailKindSchema = z.enum(MAIL_KINDS);
export type MailKind = z.infer<typeof mailKindSchema>;

/** An address, see `actors/town/mail/addresses.ts`: sample/toast, mayor, @sample, @town, @crew, or a name of a list or person. */
const address = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^,\p{Cc}]+$/u, "without commas and control characters");
export const mailNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, "lower case letters, digits, - and _, starting with a letter");
const messageId = z.string().min(1).max(200);

export const sendMailSchema = z.strictObject({
  to: z.array(address).min(1).max(50),
  cc: z.array(address).max(50).default([]),
  subject: z.string().min(1).max(300),
  body: z.string().max(20_000).default(""),
  kind: z.enum(["task", "notification"]).default("notification"),
  /** Seconds until it expires unread; by its kind when absent. */
  ttl_s: z
    .int()
    .min(60)
    .max(90 * 86_400)
    .optional(),
});
export type SendMail = z.input<typeof sendMailSchema>;
export const replyMailSchema = z.strictObject({
  body: z.string().min(1).max(20_000),
  all: z.boolean().default(false),
});
export const mailIdsSchema = z.strictObject({ ids: z.array(messageId).min(1).max(100) });
export const claimMailSchema = z.strictObject({
  /** The oldest of this queue, or the one of this id. */
  queue: mailNameSchema.optional(),
  id: messageId.optional(),
});

/** Named lists. `null` removes one. */
export const groupSchema = z.strictObject({ members: z.array(address).max(200) });
export const channelSchema = z.strictObject({
  subscribers: z.array(address).max(200).default([]),
  /** What is older, or more than so many, is forgotten. */
  keep: z.int().min(1).max(1_000).default(100),
  hours: z
    .int()
    .min(1)
    .max(24 * 365)
    .default(24 * 7),
});
export const queueSchema = z.strictObject({
  /** Who may claim from it; everybody when empty. */
  workers: z.array(address).max(200).default([]),
});
export const mailListsSchema = z.looseObject({
  groups: z.record(mailNameSchema, groupSchema).default({}),
  channels: z.record(mailNameSchema, channelSchema).default({}),
  queues: z.record(mailNameSchema, queueSchema).default({}),
});
export type MailLists = z.infer<typeof mailListsSchema>;
export const setMailListSchema = z.discriminatedUnion("list", [
  z.strictObject({ list: z.literal("groups"), name: mailNameSchema, value: groupSchema.nullable() }),
  z.strictObject({ list: z.literal("channels"), name: mailNameSchema, value: channelSchema.nullable() }),
  z.strictObject({ list: z.literal("queues"), name: mailNameSchema, value: queueSchema.nullable() }),
]);

export const messageViewSchema = z.object({
  id: z.string(),
  /** The same for all copies of one message. */
  message: z.string(),
  thread: z.string(),
  kind: mailKindSchema,
  from: z.string(),
  /** Whose copy it is; absent for what lies in a queue unclaimed. */
  owner: z.string().optional(),
  /** As it was addressed. */
  to: z.array(z.string()),
  cc: z.array(z.string()),
  subject: z.string(),
  body: z.string(),
  at: z.iso.datetime(),
  state: z.enum(["pending", "delivered", "read", "acknowledged", "dropped"]),
  /** Why it was dropped, or how it ended. */
  reason: z.string().optional(),
  delivered_at: z.string().optional(),
  read_at: z.string().optional(),
  acknowledged_at: z.string().optional(),
  expires_at: z.string().optional(),
  queue: z.string().optional(),
  channel: z.string().optional(),
  claimed_by: z.string().optional(),
  reply_to: z.string().optional(),
});
export type MessageView = z.infer<typeof messageViewSchema>;

export const sentMailSchema = z.object({
  message: z.string(),
  thread: z.string(),
  /** Whose inbox, queue or channel it went into. */
  recipients: z.array(z.string()),
  /** Ids of the copies. */
  ids: z.array(z.string()),
});
export type SentMail = z.infer<typeof sentMailSchema>;
