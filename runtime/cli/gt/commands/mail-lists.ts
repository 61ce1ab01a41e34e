/** `gt mail groups`, `gt mail channels`, `gt mail queues`: addresses that stand for others. */
import { z } from "zod";
import { mailListsSchema, messageViewSchema } from "../../../gateway/contract/mail.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { messageTable } from "../show/mail.ts";

type Lists = z.infer<typeof mailListsSchema>;
type Name = "groups" | "channels" | "queues";

const remove = { type: "boolean", summary: "forget it" } as const;
const name = [{ name: "name", summary: "the list that is meant" }] as const;
const list = (summary: string) =>
  ({ type: "string", multiple: true, commas: true, value: "address", complete: "agent", summary }) as const;

async function show(kind: Name, context: GtContext, lists?: Lists): Promise<undefined> {
  const all = lists ?? (await context.client().get("/mail-lists", mailListsSchema));
  const entries = Object.entries(all[kind]);
  context.print(all[kind], () =>
    entries.length === 0
      ? [`No ${kind}. One is made by: gt mail ${kind} <name> --set <address>,...`]
      : entries.map(([key, value]) => `${context.style.bold(key)}  ${wordsOf(value)}`),
  );
  return undefined;
}

function wordsOf(value: Lists[Name][string]): string {
  if ("members" in value) return value.members.join(", ");
  if ("workers" in value) return value.workers.join(", ") || "everybody";
  return `${value.subscribers.join(", ") || "nobody"}; keeps ${value.keep} for ${value.hours} h`;
}

async function set(
  kind: Name,
  key: string | undefined,
  value: object | null,
  context: GtContext,
): Promise<undefined> {
  if (key === undefined) throw usageError("Name the list that is meant.", `gt mail ${kind} <name> ...`);
  const body = { list: kind, name: key, value };
  return show(kind, context, await context.client().send("POST", "/mail-lists", body, mailListsSchema));
}

export const mailGroups = defineCommand<GtContext>()({
  summary: "Lists groups, or sets who is in one",
  examples: [{ line: "gt mail groups" }, { line: "gt mail groups reviewers --set web/toast,ada,@crew" }],
  flags: { set: list("its members, from now on"), remove },
  positionals: name,
  run({ flags, args: [key] }, context) {
    if (flags.remove === true) return set("groups", key, null, context);
    return flags.set.length === 0
      ? show("groups", context)
      : set("groups", key, { members: flags.set }, context);
  },
});

export const mailQueues = defineCommand<GtContext>()({
  summary: "Lists queues, or sets who may claim from one",
  examples: [{ line: "gt mail queues" }, { line: "gt mail queues chores --set @web" }],
  flags: {
    set: list("who may claim from it, from now on"),
    everybody: { type: "boolean", summary: "let everybody claim" },
    remove,
  },
  positionals: name,
  run({ flags, args: [key] }, context) {
    if (flags.remove === true) return set("queues", key, null, context);
    const change = flags.set.length > 0 || flags.everybody === true;
    return change ? set("queues", key, { workers: flags.set }, context) : show("queues", context);
  },
});

export const mailChannels = defineCommand<GtContext>()({
  summary: "Lists channels, shows what one keeps, sets one, or subscribes to it",
  examples: [
    { line: "gt mail channels" },
    { line: "gt mail channels news", note: "what it keeps" },
    { line: "gt mail channels news --set @town --keep 50 --hours 72" },
    { line: "gt mail channels news --subscribe" },
  ],
  flags: {
    set: list("its subscribers, from now on"),
    keep: { type: "integer", min: 1, max: 1_000, summary: "how many messages it keeps" },
    hours: { type: "integer", min: 1, max: 8_760, summary: "for how long" },
    subscribe: { type: "boolean", summary: "get what is posted to it" },
    unsubscribe: { type: "boolean", summary: "get it no longer" },
    remove,
  },
  positionals: name,
  async run({ flags, args: [key] }, context) {
    if (flags.remove === true) return set("channels", key, null, context);
    if (key === undefined) return show("channels", context);
    const path = `/mail-channels/${encodeURIComponent(key)}`;
    if (flags.subscribe === true || flags.unsubscribe === true) {
      const body = { on: flags.subscribe === true };
      return show(
        "channels",
        context,
        await context.client().send("POST", `${path}/subscribe`, body, mailListsSchema),
      );
    }
    if (flags.set.length > 0 || flags.keep !== undefined || flags.hours !== undefined) {
      const before = (await context.client().get("/mail-lists", mailListsSchema)).channels[key];
      const value = {
        ...before,
        ...(flags.set.length === 0 ? {} : { subscribers: flags.set }),
        ...(flags.keep === undefined ? {} : { keep: flags.keep }),
        ...(flags.hours === undefined ? {} : { hours: flags.hours }),
      };
      return set("channels", key, value, context);
    }
    const found = await context.client().get(path, z.array(messageViewSchema));
    context.print(found, () =>
      found.length === 0 ? [`${key} keeps nothing.`] : messageTable(found, context),
    );
    return undefined;
  },
});
