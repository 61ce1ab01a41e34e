/** Mail. Everybody sends as himself and reads his own; that the town sees to, by the name that the gateway gives it. */
import { z } from "zod";
import {
  claimMailSchema,
  mailIdsSchema,
  mailListsSchema,
  mailNameSchema,
  messageViewSchema,
  replyMailSchema,
  sendMailSchema,
  sentMailSchema,
  setMailListSchema,
} from "../contract/mail.ts";
import { beadId, inTown, ofBead, townName, whole } from "./params.ts";
import { defineRoute } from "./route.ts";
import { requireCurrentRun } from "./scope.ts";

const ofTown = ({ params }: { readonly params: { readonly town: string } }) => ({ town: params.town });
const ofChannel = z.object({ town: townName, channel: mailNameSchema });
const messages = z.array(messageViewSchema);
const tag = "mail";

export const mailRoutes = [
  defineRoute({
    method: "get",
    path: "/towns/:town/mail",
    summary:
      "The caller's inbox, newest first; people may look into any, and whoever works on a queue into that",
    tag,
    action: "mail.read",
    params: inTown,
    query: z.strictObject({
      of: z.string().min(1).max(200).optional(),
      all: z.stringbool().optional(),
      limit: whole.optional(),
    }),
    answer: messages,
    resource: ofTown,
    handle: ({ town, by, query }) => town("inbox", { ...query, by }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/mail",
    summary: "Send mail; all recipients get it, or none",
    tag,
    action: "mail.send",
    params: inTown,
    body: sendMailSchema,
    answer: sentMailSchema,
    status: 201,
    resource: ofTown,
    async handle(input) {
      await requireCurrentRun(input);
      return input.town("sendMail", { ...input.body, by: input.by });
    },
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/mail/ack",
    summary: "Acknowledge messages: they are done with",
    tag,
    action: "mail.send",
    params: inTown,
    body: mailIdsSchema,
    answer: messages,
    resource: ofTown,
    async handle(input) {
      await requireCurrentRun(input);
      return input.town("acknowledgeMail", { ...input.body, by: input.by });
    },
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/mail/archive",
    summary: "Take messages out of the inbox, whatever was done about them",
    tag,
    action: "mail.send",
    params: inTown,
    body: mailIdsSchema,
    answer: messages,
    resource: ofTown,
    async handle(input) {
      await requireCurrentRun(input);
      return input.town("archiveMail", { ...input.body, by: input.by });
    },
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/mail/claim",
    summary: "Claim a message from a queue: the oldest, or the one named; whoever asks first has it",
    tag,
    action: "mail.send",
    params: inTown,
    body: claimMailSchema,
    answer: messageViewSchema,
    resource: ofTown,
    async handle(input) {
      await requireCurrentRun(input);
      return input.town("claimMail", { ...input.body, by: input.by });
    },
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/mail/:id/release",
    summary: "Put a claimed message back into its queue",
    tag,
    action: "mail.send",
    params: ofBead,
    answer: messageViewSchema,
    resource: ofTown,
    async handle(input) {
      await requireCurrentRun(input);
      return input.town("releaseMail", { by: input.by, id: input.params.id });
    },
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/mail/:id/read",
    summary: "Read a message of one's own, which marks it read",
    tag,
    action: "mail.send",
    params: ofBead,
    answer: messageViewSchema,
    resource: ofTown,
    async handle(input) {
      await requireCurrentRun(input);
      return input.town("readMail", { by: input.by, id: input.params.id });
    },
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/mail/:id/reply",
    summary: "Answer a message; with that it is done with",
    tag,
    action: "mail.send",
    params: ofBead,
    body: replyMailSchema,
    answer: sentMailSchema,
    status: 201,
    resource: ofTown,
    async handle(input) {
      await requireCurrentRun(input);
      return input.town("replyMail", { ...input.body, by: input.by, id: input.params.id });
    },
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/mail/:id/thread",
    summary: "The conversation that a message belongs to, oldest first",
    tag,
    action: "mail.read",
    params: z.object({ town: townName, id: beadId }),
    answer: messages,
    resource: ofTown,
    handle: ({ town, by, params }) => town("mailThread", { by, id: params.id }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/mail-lists",
    summary: "Groups, channels and queues",
    tag,
    action: "mail.read",
    params: inTown,
    answer: mailListsSchema,
    resource: ofTown,
    handle: ({ town, by }) => town("mailLists", { by }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/mail-lists",
    summary: "Set a group, channel or queue; null removes it",
    tag,
    action: "town.configure",
    params: inTown,
    body: setMailListSchema,
    answer: mailListsSchema,
    resource: ofTown,
    handle: ({ town, by, body }) => town("setMailList", { ...body, by }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/mail-channels/:channel",
    summary: "What a channel keeps, newest first",
    tag,
    action: "mail.read",
    params: ofChannel,
    answer: messages,
    resource: ofTown,
    handle: ({ town, by, params }) => town("channelMail", { by, channel: params.channel }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/mail-channels/:channel/subscribe",
    summary: "Get what is posted to a channel, or no longer",
    tag,
    action: "mail.send",
    params: ofChannel,
    body: z.strictObject({ on: z.boolean().default(true) }),
    answer: mailListsSchema,
    resource: ofTown,
    async handle(input) {
      await requireCurrentRun(input);
      return input.town("subscribe", { ...input.body, by: input.by, channel: input.params.channel });
    },
  }),
] as const;
