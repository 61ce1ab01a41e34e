/** The rest of mail: conversations, queues, channels and lists. */
import { z } from "zod";

import type { AgentFunction } from "./function.ts";
import { ofRoute } from "./of-route.ts";
import { EVERYBODY } from "./shared.ts";

const town = "/towns/:town";

export const moreMailFunctions: readonly AgentFunction[] = [
  ofRoute({
    name: "mail_thread",
    roles: EVERYBODY,
    route: `get ${town}/mail/:id/thread`,
    description: "The conversation that a message belongs to, oldest first.",
  }),
  ofRoute({
    name: "mail_archive",
    roles: EVERYBODY,
    route: `post ${town}/mail/archive`,
    description: "Takes messages out of your inbox, whatever was done about them.",
  }),
  ofRoute({
    name: "mail_release",
    roles: EVERYBODY,
    route: `post ${town}/mail/:id/release`,
    description: "Puts a message that you claimed back into its queue.",
  }),
  ofRoute({
    name: "mail_lists",
    roles: EVERYBODY,
    route: `get ${town}/mail-lists`,
    description: "Groups, channels and queues that mail can be sent to.",
  }),
  ofRoute({
    name: "mail_channel",
    roles: EVERYBODY,
    route: `get ${town}/mail-channels/:channel`,
    description: "What a channel keeps, newest first.",
  }),
  ofRoute({
    name: "mail_subscribe",
    roles: EVERYBODY,
    route: `post ${town}/mail-channels/:channel/subscribe`,
    description: "Gets you what is posted to a channel from now on, or no longer.",
  }),
  ofRoute({
    name: "mail_list_set",
    roles: ["person"],
    route: `post ${town}/mail-lists`,
    description:
      "Sets a group {members}, channel {subscribers, keep, hours} or queue {workers} of addresses; null removes it.",
    body: {
      list: z.enum(["groups", "channels", "queues"]),
      name: z.string().max(64),
      value: z.record(z.string(), z.unknown()).nullable(),
    },
  }),
];
