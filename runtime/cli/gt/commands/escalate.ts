/** `gt escalate` and `gt escalation` */
import { z } from "zod";
import { beadSchema } from "../../../../store/schema/bead.ts";
import {
  ESCALATION_CATEGORIES,
  escalationSettingsSchema,
  NOTIFY_ROUTES,
  SEVERITIES,
} from "../../../gateway/contract/mail.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { escalationLines, escalationTable } from "../show/mail.ts";

const one = [{ name: "escalation", required: true, summary: "id of an escalation" }] as const;
const pathOf = (id: string): string => `/escalations/${encodeURIComponent(id)}`;

export const escalate = defineCommand<GtContext>()({
  summary: "Asks people for help or a decision",
  description:
    "The same source and category make one escalation while it stands. An agent's is about its bead unless --source names something else. Never put secrets into it: it leaves the town by mail and webhook.",
  examples: [
    { line: 'gt escalate "Which database?" --category decision -m "Postgres or SQLite?"' },
    { line: 'gt escalate "The tests cannot run here" --severity high' },
  ],
  flags: {
    severity: {
      type: "string",
      short: "s",
      choices: SEVERITIES,
      default: "medium",
      summary: "how pressing it is",
    },
    category: {
      type: "string",
      short: "c",
      choices: ESCALATION_CATEGORIES,
      default: "help",
      summary: "what kind",
    },
    source: { type: "string", summary: "what it is about: a bead, an agent, a rig", complete: "bead" },
    message: { type: "string", short: "m", aliases: ["text", "reason"], summary: "the whole of it" },
  },
  positionals: [{ name: "title", required: true, rest: true }],
  async run({ flags, args }, context) {
    const request = {
      title: args.join(" "),
      severity: flags.severity,
      category: flags.category,
      ...(flags.source === undefined ? {} : { source: flags.source }),
      ...(flags.message === undefined ? {} : { text: flags.message }),
    };
    const bead = await context.client().send("POST", "/escalations", request, beadSchema);
    context.print(bead, () => escalationLines(bead, context));
    return undefined;
  },
});

export const escalationList = defineCommand<GtContext>()({
  summary: "Lists escalations that stand, newest first",
  examples: [{ line: "gt escalation list" }],
  flags: { all: { type: "boolean", short: "a", summary: "the settled ones too" } },
  async run({ flags }, context) {
    const query = flags.all === true ? { all: "true" } : {};
    const found = await context.client().get("/escalations", z.array(beadSchema), { query });
    context.print(found, () =>
      found.length === 0 ? ["Nothing is escalated."] : escalationTable(found, context),
    );
    return undefined;
  },
});

export const escalationShow = defineCommand<GtContext>()({
  summary: "Shows an escalation: who has it, how people were told, when it goes up",
  examples: [{ line: "gt escalation show hq-4k2" }],
  positionals: one,
  async run({ args: [id = ""] }, context) {
    const bead = await context.client().get(pathOf(id), beadSchema);
    context.print(bead, () => escalationLines(bead, context));
    return undefined;
  },
});

export const escalationAck = defineCommand<GtContext>()({
  summary: "Takes an escalation in hand: it is raised no further",
  examples: [{ line: "gt escalation ack hq-4k2" }],
  positionals: one,
  async run({ args: [id = ""] }, context) {
    const bead = await context.client().send("POST", `${pathOf(id)}/ack`, {}, beadSchema);
    context.print(bead, () => escalationLines(bead, context));
    return undefined;
  },
});

export const escalationResolve = defineCommand<GtContext>()({
  summary: "An escalation is settled",
  examples: [{ line: 'gt escalation resolve hq-4k2 -m "the key was renewed"' }],
  flags: { message: { type: "string", short: "m", aliases: ["reason"], summary: "how" } },
  positionals: one,
  async run({ flags, args: [id = ""] }, context) {
    const body = flags.message === undefined ? {} : { reason: flags.message };
    const bead = await context.client().send("POST", `${pathOf(id)}/resolve`, body, beadSchema);
    context.print(bead, () => escalationLines(bead, context));
    return undefined;
  },
});

export const escalationSettings = defineCommand<GtContext>()({
  summary: "Shows or sets by which ways escalations are told, and when they go up",
  description:
    "Ways: mail (the mayor's inbox), webhook, email, desktop. Addresses and passwords: `gt escalation contacts`.",
  examples: [
    { line: "gt escalation settings" },
    { line: "gt escalation settings --route high=mail,webhook --after 2 --max 5" },
  ],
  flags: {
    route: {
      type: "string",
      multiple: true,
      value: "severity=way,...",
      summary: "ways of a severity; none when empty",
    },
    after: {
      type: "number",
      min: 0.1,
      value: "hours",
      summary: "goes up when nobody acknowledges it for so long",
    },
    max: { type: "integer", min: 0, max: 20, summary: "how often it goes up at most" },
    "agent-failures": {
      type: "integer",
      min: 0,
      max: 100,
      summary: "so many failed attempts of one agent are escalated; 0: never",
    },
    window: { type: "number", min: 1, max: 1_440, value: "minutes", summary: "within so long" },
  },
  async run({ flags }, context) {
    const routes = Object.fromEntries(flags.route.map(routeOf));
    const patch = {
      ...(flags.route.length === 0 ? {} : { routes }),
      ...(flags.after === undefined ? {} : { reescalate_after_s: Math.round(flags.after * 3_600) }),
      ...(flags.max === undefined ? {} : { max_reescalations: flags.max }),
      ...(flags["agent-failures"] === undefined ? {} : { agent_failures: flags["agent-failures"] }),
      ...(flags.window === undefined ? {} : { agent_failures_window_s: Math.round(flags.window * 60) }),
    };
    const client = context.client();
    const path = "/escalation-settings";
    const value =
      Object.keys(patch).length === 0
        ? await client.get(path, escalationSettingsSchema)
        : await client.send("PATCH", path, patch, escalationSettingsSchema);
    context.print(value, () => [
      ...SEVERITIES.map(
        severity => `${severity.padEnd(9)}${value.routes[severity].join(", ") || "the board alone"}`,
      ),
      `Goes up after ${value.reescalate_after_s / 3_600} h, then after twice as long, at most ${value.max_reescalations} times.`,
      value.agent_failures === 0
        ? "Failures of one agent are not counted."
        : `${value.agent_failures} failed attempts of one agent within ${value.agent_failures_window_s / 60} min are escalated.`,
    ]);
    return undefined;
  },
});

function routeOf(text: string): [string, string[]] {
  const [severity = "", ways] = text.split("=");
  const list = (ways ?? "").split(",").filter(Boolean);
  const wrong = list.find(way => !NOTIFY_ROUTES.some(known => known === way));
  if (ways === undefined || !SEVERITIES.some(known => known === severity) || wrong !== undefined) {
    throw usageError(
      `"${text}" is no route: severity=way,way is needed.`,
      `Severities: ${SEVERITIES.join(", ")}. Ways: ${NOTIFY_ROUTES.join(", ")}.`,
    );
  }
  return [severity, list];
}
