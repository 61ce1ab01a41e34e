/** `gt mail`: sending, reading and answering. Lists of addresses are in `mail-lists.ts`. */
import { z } from "zod";
import { messageViewSchema, sentMailSchema } from "../../../gateway/contract/mail.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { messageLines, messageTable } from "../show/mail.ts";

const messages = z.array(messageViewSchema);
const one = [{ name: "message", required: true, summary: "id of a message" }] as const;
const many = [{ name: "message", required: true, rest: true, summary: "ids of messages" }] as const;
const pathOf = (id: string, verb: string): string => `/mail/${encodeURIComponent(id)}/${verb}`;
const body = {
  type: "string",
  short: "m",
  aliases: ["body"],
  value: "text",
  summary: 'the text; "-" reads it from standard input',
} as const;

async function textOf(given: string | undefined, context: GtContext): Promise<string> {
  return given === "-" ? (await context.io.readStdin()).trimEnd() : (given ?? "");
}

export const mailSend = defineCommand<GtContext>()({
  summary: "Sends mail",
  description:
    "Addresses: an agent (web/toast), a role (web/refinery, mayor), @web for a rig's agents, @town, @crew, a group, channel or queue by its name, or a person. All of them get it, or none.",
  examples: [
    { line: 'gt mail send mayor -s "Which database?" -m "Postgres or SQLite?"' },
    { line: 'gt mail send @web --cc mayor -s "Freeze at five"' },
    { line: 'gt mail send chores -s "Update the licence" --task', note: "a queue: one of them claims it" },
  ],
  flags: {
    subject: { type: "string", short: "s", summary: "the subject" },
    message: body,
    cc: {
      type: "string",
      multiple: true,
      commas: true,
      value: "address",
      complete: "agent",
      summary: "copies",
    },
    task: { type: "boolean", summary: "it asks for something: kept until it is acknowledged" },
    ttl: { type: "integer", value: "seconds", min: 60, summary: "when it expires" },
  },
  positionals: [{ name: "address", required: true, rest: true, complete: "agent" }],
  async run({ flags, args }, context) {
    if (flags.subject === undefined) throw usageError("A message needs a subject.", 'Give it with -s "...".');
    const request = {
      to: args,
      cc: flags.cc,
      subject: flags.subject,
      body: await textOf(flags.message, context),
      kind: flags.task === true ? "task" : "notification",
      ...(flags.ttl === undefined ? {} : { ttl_s: flags.ttl }),
    };
    const sent = await context.client().send("POST", "/mail", request, sentMailSchema);
    context.print(sent, () => [`Sent ${sent.message} to ${sent.recipients.join(", ")}.`]);
    return undefined;
  },
});

export const mailInbox = defineCommand<GtContext>()({
  summary: "Lists what waits in your inbox, newest first",
  description: "Your own inbox; people may look into any, e.g. the mayor's.",
  examples: [{ line: "gt mail inbox" }, { line: "gt mail inbox mayor" }],
  flags: { all: { type: "boolean", short: "a", summary: "what is over too" } },
  positionals: [{ name: "address", complete: "agent", summary: "whose inbox" }],
  async run({ flags, args: [of] }, context) {
    const query = { ...(of === undefined ? {} : { of }), ...(flags.all === true ? { all: "true" } : {}) };
    const found = await context.client().get("/mail", messages, { query });
    context.print(found, () => (found.length === 0 ? ["No mail."] : messageTable(found, context)));
    return undefined;
  },
});

export const mailRead = defineCommand<GtContext>()({
  summary: "Shows a message and marks it read",
  description: "A notification is done with when it is read; a task when it is acknowledged or answered.",
  examples: [{ line: "gt mail read hq-4k2" }],
  positionals: one,
  async run({ args: [id = ""] }, context) {
    const message = await context.client().send("POST", pathOf(id, "read"), {}, messageViewSchema);
    context.print(message, () => messageLines(message, context));
    return undefined;
  },
});

export const mailReply = defineCommand<GtContext>()({
  summary: "Answers a message; with that it is done with",
  examples: [{ line: 'gt mail reply hq-4k2 "The second one"' }],
  flags: { message: body, all: { type: "boolean", summary: "to all who had it" } },
  positionals: [
    { name: "message", required: true, summary: "id of a message" },
    { name: "text", rest: true },
  ],
  async run({ flags, args: [id = "", ...words] }, context) {
    const text = await textOf(flags.message ?? words.join(" "), context);
    if (text === "") throw usageError("An answer needs words.", 'Give them behind the id, or with -m "...".');
    const request = { body: text, all: flags.all === true };
    const sent = await context.client().send("POST", pathOf(id, "reply"), request, sentMailSchema);
    context.print(sent, () => [`Answered ${sent.recipients.join(", ")} with ${sent.message}.`]);
    return undefined;
  },
});

export const mailThread = defineCommand<GtContext>()({
  summary: "Shows the conversation that a message belongs to, oldest first",
  examples: [{ line: "gt mail thread hq-4k2" }],
  positionals: one,
  async run({ args: [id = ""] }, context) {
    const found = await context.client().get(pathOf(id, "thread"), messages);
    context.print(found, () =>
      found.flatMap((message, i) => [...(i === 0 ? [] : [""]), ...messageLines(message, context)]),
    );
    return undefined;
  },
});

export const mailAck = defineCommand<GtContext>()({
  summary: "Acknowledges messages: they are done with",
  examples: [{ line: "gt mail ack hq-4k2 hq-9fx" }],
  positionals: many,
  run: ({ args }, context) => settle("ack", args, context),
});

export const mailArchive = defineCommand<GtContext>()({
  summary: "Takes messages out of the inbox, whatever was done about them",
  examples: [{ line: "gt mail archive hq-4k2" }],
  positionals: many,
  run: ({ args }, context) => settle("archive", args, context),
});

async function settle(
  verb: "ack" | "archive",
  ids: readonly string[],
  context: GtContext,
): Promise<undefined> {
  const done = await context.client().send("POST", `/mail/${verb}`, { ids }, messages);
  context.print(done, () => messageTable(done, context));
  return undefined;
}

export const mailClaim = defineCommand<GtContext>()({
  summary: "Claims a message from a queue: whoever asks first has it",
  examples: [{ line: "gt mail claim chores" }, { line: "gt mail claim --id hq-4k2" }],
  flags: { id: { type: "string", value: "message", summary: "this one; the oldest when left out" } },
  positionals: [{ name: "queue" }],
  async run({ flags, args: [queue] }, context) {
    const request = {
      ...(queue === undefined ? {} : { queue }),
      ...(flags.id === undefined ? {} : { id: flags.id }),
    };
    if (Object.keys(request).length === 0) throw usageError("Name a queue, or a message with --id.");
    const message = await context.client().send("POST", "/mail/claim", request, messageViewSchema);
    context.print(message, () => messageLines(message, context));
    return undefined;
  },
});

export const mailRelease = defineCommand<GtContext>()({
  summary: "Puts a claimed message back into its queue",
  examples: [{ line: "gt mail release hq-4k2" }],
  positionals: one,
  async run({ args: [id = ""] }, context) {
    const message = await context.client().send("POST", pathOf(id, "release"), {}, messageViewSchema);
    context.print(message, () => [`${message.id} is back in ${message.queue ?? "its queue"}.`]);
    return undefined;
  },
});
